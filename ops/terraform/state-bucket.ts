import {
  HeadBucketCommand,
  HeadObjectCommand,
  NotFound,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { OperatorError } from "../../lib/operator-error";
import type { Backend } from "./stack-folder";

/** Whether the state bucket exists and holds the state. */
type StateBucket = "absent" | "without state" | "with state";

/**
 * Checks for the bucket and the state in it.
 * @throws OperatorError when the bucket belongs to another account or is not readable.
 */
export async function lookAtStateBucket(backend: Backend): Promise<StateBucket> {
  const { bucket, region, accountId } = backend;
  const client = new S3Client({ region });
  try {
    return await findState(backend, client);
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403) {
      throw new OperatorError(
        `bucket ${bucket} exists, but account ${accountId} cannot read it: it belongs to another account, ` +
          "or these credentials lack s3:ListBucket and s3:GetObject on it",
      );
    }
    throw error;
  } finally {
    client.destroy();
  }
}

/** As {@link lookAtStateBucket}, by another client. @throws what the client throws */
export async function findState(
  { bucket, key, accountId }: Omit<Backend, "region">,
  client: S3Client,
): Promise<StateBucket> {
  const owned = { Bucket: bucket, ExpectedBucketOwner: accountId };
  if (!(await exists(() => client.send(new HeadBucketCommand(owned))))) return "absent";
  const hasState = await exists(() => client.send(new HeadObjectCommand({ ...owned, Key: key })));
  return hasState ? "with state" : "without state";
}

async function exists(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}
