/** A part of a stack's JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Blocks of resources or data sources, by type and name. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;

/** The conditions under which a resource or a data source exists, all of them, by address. */
export type Conditions = Map<string, readonly string[]>;

/** A statement of a policy that exists under a condition. */
export interface OptionalStatement {
  readonly sid: string;
  /** In HCL. */
  readonly condition: string;
  /** Identifiers of its principals, a list in HCL. */
  readonly identifiers?: string;
}

/** A reference to an attribute: `aws_kms_key.key.` or `data.aws_region.region.`. */
const REFERENCE = /(?<![\w.])((?:data\.)?[a-z0-9]+_\w+\.\w+)\.(?=\w)/g;
/** A string that is such a reference, and nothing else. */
const ONLY_REFERENCE = /^\$\{((?:data\.)?[a-z0-9]+_\w+\.\w+)\.(\w+)\}$/;

/**
 * The module with the index 0 in the references between resources that exist under the same conditions. An output that is one
 * reference is null where the resource does not exist.
 * @throws Error naming what refers to a resource that may not exist
 */
export function withIndexes(
  json: Readonly<Record<string, Json>>,
  conditions: Conditions,
): Readonly<Record<string, Json>> {
  const within = (place: string, own: readonly string[], value: Json): Json => {
    if (typeof value === "string") {
      return value.replaceAll(REFERENCE, (reference, address: string) => {
        const needed = conditions.get(address);
        if (needed === undefined) return reference;
        const missing = needed.find((condition) => !own.includes(condition));
        if (missing !== undefined) {
          throw new Error(`${place} refers to ${address}, which exists only if ${missing}`);
        }
        return `${address}[0].`;
      });
    }
    return mapped(value, (one) => within(place, own, one));
  };
  const blocks = (kind: string) => {
    return Object.fromEntries(
      Object.entries((json[kind] ?? {}) as Resources).map(([type, named]) => [
        type,
        Object.fromEntries(
          Object.entries(named).map(([name, block]) => {
            const address = `${kind === "data" ? "data." : ""}${type}.${name}`;
            return [name, within(address, conditions.get(address) ?? [], block)];
          }),
        ),
      ]),
    );
  };
  const outputs = Object.entries((json["output"] ?? {}) as Record<string, Record<string, Json>>).map(
    ([name, { value = null, ...others }]) => {
      const [, address = "", attribute] = typeof value === "string" ? (ONLY_REFERENCE.exec(value) ?? []) : [];
      const shown = conditions.has(address)
        ? `\${one(${address}[*].${attribute})}`
        : within(`output.${name}`, [], value);
      return [name, { value: shown, ...others }] as const;
    },
  );
  return {
    ...json,
    resource: blocks("resource"),
    data: blocks("data"),
    output: Object.fromEntries(outputs),
    locals: within("locals", [], json["locals"] ?? {}),
  };
}

/** The module with these statements as dynamic blocks. @throws Error when a statement is not in exactly one policy */
export function withOptionalStatements(
  json: Readonly<Record<string, Json>>,
  statements: readonly OptionalStatement[],
): Readonly<Record<string, Json>> {
  const data = json["data"] as Resources;
  const found = new Map(statements.map(({ sid }) => [sid, 0]));
  const documents = Object.entries(data["aws_iam_policy_document"] ?? {}).map(([name, document]) => {
    const all = (document["statement"] ?? []) as readonly Record<string, Json>[];
    const optionOf = ({ sid }: Record<string, Json>) => statements.find((one) => one.sid === sid);
    const dynamic = all.flatMap((statement) => {
      const option = optionOf(statement);
      if (option === undefined) return [];
      found.set(option.sid, (found.get(option.sid) ?? 0) + 1);
      return [{ for_each: `\${${option.condition} ? [1] : []}`, content: contentOf(statement, option) }];
    });
    if (dynamic.length === 0) return [name, document] as const;
    const statement = all.filter((one) => optionOf(one) === undefined);
    return [name, { ...document, statement, dynamic: { statement: dynamic } }] as const;
  });
  for (const [sid, count] of found) {
    if (count !== 1) throw new Error(`${count} policies have the statement "${sid}"; exactly one is wanted`);
  }
  return {
    ...json,
    data: { ...data, aws_iam_policy_document: Object.fromEntries(documents) as Resources[string] },
  };
}

function contentOf(statement: Record<string, Json>, { identifiers }: OptionalStatement): Json {
  if (identifiers === undefined) return statement;
  const principals = statement["principals"] as readonly Record<string, Json>[];
  return {
    ...statement,
    principals: principals.map((one) => ({ ...one, identifiers: `\${${identifiers}}` })),
  };
}

/** Applies `change` to the parts of a list or an object. */
function mapped(value: Json, change: (part: Json) => Json): Json {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]));
}
