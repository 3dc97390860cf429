import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { contractVariable } from "../../contract/variable";
import type { ENVIRONMENT } from "../../lambdas/validate-records/env";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { ILake } from "./data-lake";

export interface ValidateRecordsProps extends FunctionDefaults {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name. */
  readonly name: string;
  /** Lake whose quarantine takes the refused lines. */
  readonly lake: ILake;
}

/** Firehose's timeout of a transformation. */
const FIREHOSE_PATIENCE_SECONDS = 300;

/** Judges the lines of the delivery stream: accepted ones get their identity, refused ones go to quarantine. */
export class ValidateRecords extends Construct {
  public readonly function: NodeFunction<typeof ENVIRONMENT>;

  public constructor(scope: Construct, id: string, props: ValidateRecordsProps) {
    super(scope, id);
    this.function = new NodeFunction<typeof ENVIRONMENT>(this, "Function", {
      location: props.location,
      key: props.key,
      logRetentionDays: props.logRetentionDays,
      name: props.name,
      description: "Judges each line before it lands in the lake; refused lines go to quarantine",
      folder: "validate-records",
      timeoutSeconds: FIREHOSE_PATIENCE_SECONDS,
      memoryMiB: 512,
      environment: {
        QUARANTINE_LOCATION: props.lake.location("quarantine"),
        CONTRACT: contractVariable(props.contract),
      },
    });
    props.lake.grant(this.function.role, { write: ["quarantine"] });
  }
}
