import type { FunctionModel } from "../../../plan/data-plane";
import { credentialsOf } from "../../credentials";

/**
 * The environment of a function's process: the Terraform's variables, Lambda's own, and `base` (endpoints). The
 * credentials are those of the function's role. This process's own variables are not passed on.
 * @param taskRoot the folder that holds the function's code
 */
export function processEnvironment(
  model: FunctionModel,
  base: Readonly<Record<string, string>>,
  taskRoot: string,
): Record<string, string> {
  const credentials = credentialsOf(model.roleArn);
  const region = model.arn.split(":")[3] ?? "";
  return {
    ...model.environment,
    ...base,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${model.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: model.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${model.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: model.handler,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
    // The user of a Lambda sandbox has no files of its own; this keeps the developer's ~/.aws out of the SDK.
    HOME: taskRoot,
  };
}
