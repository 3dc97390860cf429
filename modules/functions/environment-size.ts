import {
  DefaultTokenResolver,
  StringConcat,
  TerraformResource,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import type { Construct } from "constructs";

/** Most bytes of a function's variables: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_ENVIRONMENT_BYTES = 4096;

/** Bytes of a reference whose value only Terraform knows. */
export const UNKNOWN_BYTES = 256;

/** References of a known length: an account has twelve digits, and no region has a longer name than 25 characters. */
const KNOWN_LENGTHS: readonly (readonly [RegExp, number])[] = [
  [/^data\.aws_caller_identity\.[^.]+\.account_id$/, 12],
  [/^data\.aws_region\.[^.]+\.id$/, 25],
];

/**
 * Refuses variables that Lambda would refuse. Lambda measures them as a JSON object. A reference to an attribute that is
 * set in this stack counts as it is set, any other as 256 bytes.
 * @throws RangeError naming the construct, the bytes and the largest variable
 */
export function assertEnvironmentFits(
  construct: Construct,
  variables: Readonly<Record<string, string>>,
): void {
  const sizes = Object.entries(variables)
    // Quotation marks, colon and comma.
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(name) + bytesOf(construct, value) + 6 }))
    .sort((one, other) => other.bytes - one.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 1);
  const [largest] = sizes;
  if (largest === undefined || total <= LAMBDA_ENVIRONMENT_BYTES) return;
  throw new RangeError(
    `${construct.node.path}: the environment variables have ${total} bytes, and Lambda takes ${LAMBDA_ENVIRONMENT_BYTES}; the largest is ${largest.name} with ${largest.bytes}`,
  );
}

function bytesOf(construct: Construct, value: string): number {
  if (!Token.isUnresolved(value)) return Buffer.byteLength(JSON.stringify(value)) - 2;
  const resolver = new DefaultTokenResolver(new StringConcat());
  const resolved: unknown = Tokenization.resolve(value, { scope: construct, resolver });
  if (typeof resolved !== "string") return UNKNOWN_BYTES;
  const references = [...resolved.matchAll(/\$\{([^{}]*)\}/g)].map(([, reference = ""]) => reference);
  const literals = resolved.replaceAll(/\$\{[^{}]*\}/g, "");
  return references.reduce(
    (sum, reference) => sum + referenceBytes(construct, reference),
    Buffer.byteLength(literals),
  );
}

function referenceBytes(construct: Construct, reference: string): number {
  const known = KNOWN_LENGTHS.find(([form]) => form.test(reference));
  if (known) return known[1];
  const [type = "", id = "", attribute = "", ...more] = reference.split(".");
  const value = more.length === 0 ? attributesOf(construct, type, id)?.[attribute] : undefined;
  return typeof value === "string" ? bytesOf(construct, value) : UNKNOWN_BYTES;
}

/** What the resource of that address is set to; undefined if there is none in the stack. */
function attributesOf(construct: Construct, type: string, id: string): Record<string, unknown> | undefined {
  const resource = TerraformStack.of(construct)
    .node.findAll()
    .filter(TerraformResource.isTerraformResource)
    .find((one) => one.terraformResourceType === type && one.friendlyUniqueId === id);
  const json: { resource?: Record<string, Record<string, Record<string, unknown>>> } | undefined =
    resource?.toTerraform();
  return json?.resource?.[type]?.[id];
}
