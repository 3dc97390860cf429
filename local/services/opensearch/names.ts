import { EngineError } from "./errors";

/** Whether a name fits a pattern of `*` and literal characters. */
export function matchesPattern(name: string, pattern: string): boolean {
  if (!pattern.includes("*")) return name === pattern;
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(name);
}

/** Whether two patterns have a name in common. */
export function patternsOverlap(a: string, b: string): boolean {
  if (a === "" || b === "") return /^\**$/.test(a) && /^\**$/.test(b);
  if (a.startsWith("*")) return patternsOverlap(a.slice(1), b) || patternsOverlap(a, b.slice(1));
  if (b.startsWith("*")) return patternsOverlap(b, a);
  return a.charAt(0) === b.charAt(0) && patternsOverlap(a.slice(1), b.slice(1));
}

/** @throws EngineError when the engine would not give an index this name. */
export function checkIndexName(name: string): void {
  const fault =
    name !== name.toLowerCase()
      ? "must be lowercase"
      : /^[_\-+]/.test(name)
        ? "must not start with '_', '-', or '+'"
        : /[ "*\\<>|,/?#:]/.test(name)
          ? 'must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]'
          : name === "." || name === ".."
            ? "must not be '.' or '..'"
            : undefined;
  if (fault === undefined) return;
  throw new EngineError(400, "invalid_index_name_exception", `Invalid index name [${name}], ${fault}`, {
    index: name,
    index_uuid: "_na_",
  });
}
