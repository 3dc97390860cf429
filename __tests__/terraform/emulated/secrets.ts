import { isJsonObject, type Json, type JsonObject, leaves, member } from "../../../lib/json";
import { managedResources } from "../../../ops/terraform/protection";

/** Names of properties that may hold a secret. */
const SECRET_NAME =
  /(password|passphrase|secret|private_?key|credential|(?<!next_|http_)token)(?!_arn|_id|_name)/i;
/** Access keys, private keys, and signed URLs. */
const SECRET_VALUE = /\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|X-Amz-Signature=/;

/**
 * Values in a state that look like a secret: the provider marks them as sensitive, their name indicates it,
 * or they have the form of a key.
 * @param state as `terraform show -json` prints it.
 */
export function secretsIn(state: JsonObject): string[] {
  const found: string[] = [];
  for (const { address, values, sensitive } of managedResources(state)) {
    for (const { path, steps, value } of leaves(values)) {
      if (isEmpty(value)) continue;
      const where = `${address}: ${path}`;
      if (isMarked(sensitive, steps)) found.push(`${where} is sensitive`);
      else if (SECRET_NAME.test(String(steps.at(-1)))) found.push(`${where} has a secret's name`);
      else if (typeof value === "string" && SECRET_VALUE.test(value))
        found.push(`${where} has a secret's form`);
    }
  }
  const root = member(state, "values");
  const outputs = isJsonObject(root) ? member(root, "outputs") : undefined;
  for (const [name, output] of Object.entries(isJsonObject(outputs) ? outputs : {})) {
    if (isJsonObject(output) && member(output, "sensitive") === true)
      found.push(`output ${name} is sensitive`);
  }
  return found;
}

function isEmpty(value: Json): boolean {
  return (
    value === "" || value === false || (typeof value === "object" && Object.keys(value ?? {}).length === 0)
  );
}

/** A mark may be on any level above the value. */
function isMarked(marks: Json | undefined, steps: readonly (string | number)[]): boolean {
  if (marks === true) return true;
  const [step, ...rest] = steps;
  if (step === undefined) return false;
  if (Array.isArray(marks)) return typeof step === "number" && isMarked(marks[step], rest);
  return isJsonObject(marks) && isMarked(member(marks, String(step)), rest);
}
