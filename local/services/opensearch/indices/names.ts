import { EngineError } from "../errors";

/** Whether a name matches a pattern of `*` and literal characters. */
export function matchesPattern(name: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.includes("*")) return name === pattern;
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(name);
}

/** @throws EngineError for an index name that the engine would refuse. */
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
