import type { GetWorkGroupOutput, WorkGroup } from "@aws-sdk/client-athena";
import type { WorkgroupModel } from "../../plan/data-plane";
import { invalidRequest } from "../protocol/errors";
import type { Input } from "../protocol/input";
import type { Operation } from "../protocol/json-protocol";
import { page } from "../protocol/paging";
import { ENGINE_VERSION } from "./names";

/** The workgroup of a call that names none. Every account has it. */
const PRIMARY: WorkgroupModel = { address: "primary", name: "primary", enforced: false };
const MAX_LISTED = 50;

/** The workgroups of the Terraform. */
export class Workgroups {
  constructor(private readonly models: readonly WorkgroupModel[]) {}

  /** The workgroup that a call names. @throws AwsError when it does not exist */
  of(input: Input): WorkgroupModel {
    const name = input.optionalText("WorkGroup") ?? PRIMARY.name;
    const found = this.find(name);
    if (!found) throw invalidRequest(`WorkGroup ${name} is not found.`);
    return found;
  }

  find(name: string): WorkgroupModel | undefined {
    return [...this.models, PRIMARY].find((workgroup) => workgroup.name === name);
  }

  operations(): Record<string, Operation<Input>> {
    return {
      GetWorkGroup: (input): GetWorkGroupOutput => ({ WorkGroup: describe(this.of(input)) }),
      ListWorkGroups: (input) => {
        const { items, next } = page(this.models, input, MAX_LISTED, invalidRequest);
        const summary = ({ name }: WorkgroupModel) => ({
          Name: name,
          State: "ENABLED",
          EngineVersion: ENGINE_VERSION,
        });
        return { WorkGroups: items.map(summary), ...next };
      },
    };
  }
}

function describe({ name, enforced, outputLocation, bytesScannedCutoff }: WorkgroupModel): WorkGroup {
  return {
    Name: name,
    State: "ENABLED",
    Configuration: {
      EnforceWorkGroupConfiguration: enforced,
      ...(outputLocation !== undefined && { ResultConfiguration: { OutputLocation: outputLocation } }),
      ...(bytesScannedCutoff !== undefined && { BytesScannedCutoffPerQuery: bytesScannedCutoff }),
      EngineVersion: ENGINE_VERSION,
    },
  };
}
