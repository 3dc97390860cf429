import type { TableNames } from "../../contract/define";
import { parseContractVariable, type RunTimeContract } from "../../contract/variable";
import { messageOf } from "../../lib/message-of";
import type { FunctionModel, TableModel } from "./data-plane";
import { TerraformError } from "./terraform-error";

/** What a stack says of its records and of where they are, in the variables of its functions. */
export interface StackContract {
  readonly contract: RunTimeContract;
  /** Absent without a batch layer. */
  readonly tables?: TableNames;
  /** First part of the indices' names; absent without a speed layer. */
  readonly index?: string;
}

/** The parts of a data plane that tell its contract. */
interface ContractSources {
  readonly functions: readonly Pick<FunctionModel, "address" | "environment">[];
  readonly tables: readonly Pick<TableModel, "name" | "location">[];
}

/**
 * The contract of a stack's records.
 * @throws TerraformError when its functions have none or more than one: one stream of records is compared
 */
export function contractOf({ functions, tables }: ContractSources): StackContract {
  const contract = only(functions, "CONTRACT");
  if (contract === undefined) {
    throw new TerraformError("aws_lambda_function", "no function of the stack has the variable CONTRACT");
  }
  const raw = only(functions, "OLD_TABLE_NAME");
  const merged = only(functions, "NEW_TABLE_NAME");
  const quarantine = quarantineTable(tables, only(functions, "QUARANTINE_LOCATION")?.value);
  const index = only(functions, "ES_INDEX");
  return {
    contract: parsed(contract),
    ...(raw && merged && quarantine && { tables: { raw: raw.value, merged: merged.value, quarantine } }),
    ...(index && { index: index.value }),
  };
}

interface Variable {
  readonly place: string;
  readonly value: string;
}

/** The one value that the functions' variables of this name have. */
function only(functions: ContractSources["functions"], name: string): Variable | undefined {
  let found: Variable | undefined;
  for (const { address, environment } of functions) {
    const value = environment[name];
    if (value === undefined || value === found?.value) continue;
    const place = `${address}.environment.variables.${name}`;
    if (found) {
      throw new TerraformError(
        place,
        `is "${value}", but ${found.place} is "${found.value}": these are two systems. The commands take a stack of one: synthesize each in a stack of its own`,
      );
    }
    found = { place, value };
  }
  return found;
}

function parsed({ place, value }: Variable): RunTimeContract {
  try {
    return parseContractVariable(value);
  } catch (error) {
    throw new TerraformError(place, messageOf(error));
  }
}

function quarantineTable(
  tables: ContractSources["tables"],
  location: string | undefined,
): string | undefined {
  return tables.find((table) => table.location === location)?.name;
}
