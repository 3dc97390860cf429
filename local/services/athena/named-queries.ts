import { createHash } from "node:crypto";
import type { NamedQuery } from "@aws-sdk/client-athena";
import type { NamedQueryModel } from "../../plan/data-plane";
import { invalidRequest } from "../protocol/errors";
import type { Input } from "../protocol/input";
import type { Operation } from "../protocol/json-protocol";
import { page } from "../protocol/paging";
import type { Workgroups } from "./workgroups";

const MAX_LISTED = 50;

/** The named queries of the Terraform. */
export function namedQueryOperations(
  models: readonly NamedQueryModel[],
  workgroups: Workgroups,
): Record<string, Operation<Input>> {
  const byId = new Map(models.map((model) => [idOf(model), model]));
  const find = (id: string): NamedQuery | undefined => {
    const model = byId.get(id);
    return model && describe(id, model);
  };
  return {
    ListNamedQueries: (input) => {
      const { name } = workgroups.of(input);
      const ids = [...byId].filter(([, { workgroup }]) => workgroup === name).map(([id]) => id);
      const { items, next } = page(ids, input, MAX_LISTED, invalidRequest);
      return { NamedQueryIds: items, ...next };
    },
    GetNamedQuery: (input) => {
      const id = input.text("NamedQueryId");
      const query = find(id);
      if (!query) throw invalidRequest(`NamedQuery ${id} was not found`);
      return { NamedQuery: query };
    },
    BatchGetNamedQuery: (input) => {
      const ids = input.texts("NamedQueryIds");
      return {
        NamedQueries: ids.flatMap((id) => find(id) ?? []),
        UnprocessedNamedQueryIds: ids
          .filter((id) => !byId.has(id))
          .map((id) => ({ NamedQueryId: id, ErrorMessage: `NamedQuery ${id} was not found` })),
      };
    },
  };
}

/** Derived from the Terraform address, so the same at every start; in the form of Athena's ids. */
function idOf({ address }: NamedQueryModel): string {
  const hex = createHash("sha256").update(address).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

function describe(id: string, { name, database, sql, workgroup }: NamedQueryModel): NamedQuery {
  return { NamedQueryId: id, Name: name, Database: database, QueryString: sql, WorkGroup: workgroup };
}
