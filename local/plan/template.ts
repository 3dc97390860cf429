/** `${type.name.attribute}` */
export interface Reference {
  readonly type: string;
  readonly name: string;
  readonly attribute: string;
}

/** A part of a string: literal text or a reference. */
type Part = string | Reference;

/** A resource type contains an underscore, which excludes `data.…`, `var.…`, `local.…` and `module.…`. */
const REFERENCE = /^\s*([a-z0-9]+_[a-z0-9_]+)\.([A-Za-z_][\w-]*)\.([a-z][a-z0-9_]*)\s*$/;
const TOKEN = /\$\$\{|%%\{|\$\{|%\{/g;

/**
 * Parses a string of Terraform's JSON. The grammar is closed: text, `$${` and `%%{` for the braces
 * themselves, and plain references to an attribute of a resource.
 * @throws Error quoting the first other expression
 */
export function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index < position) continue;
    literal += text.slice(position, match.index);
    position = match.index + match[0].length;
    if (match[0].length === 3) {
      literal += match[0].slice(1);
      continue;
    }
    const end = text.indexOf("}", position);
    const expression = text.slice(match.index, end < 0 ? undefined : end + 1);
    const [, type, name, attribute] = REFERENCE.exec(end < 0 ? "" : text.slice(position, end)) ?? [];
    if (match[0] === "%{" || type === undefined || name === undefined || attribute === undefined) {
      throw new Error(
        `holds the expression ${expression}; supported: \${type.name.attribute}, and $\${ for a brace`,
      );
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push({ type, name, attribute });
    position = end + 1;
  }
  literal += text.slice(position);
  if (literal !== "") parts.push(literal);
  return parts;
}
