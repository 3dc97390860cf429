import { DIFFERENCES, FOUND_DOMAIN } from "./environment";
import { FORGOTTEN, FORGOTTEN_DOMAIN } from "./forget";

/** Marks around the tables in `docs/terraform.md`. */
export const MARKS = { begin: "<!-- what the stand-in cannot hold -->", end: "<!-- to here -->" } as const;

/** Resources that `npm run test:terraform` does not apply or remove as in AWS, as Markdown tables. */
export function notApplied(): string {
  const differences = [...DIFFERENCES, FOUND_DOMAIN].map(
    ({ type, property, effect, reason, instead }) =>
      [`\`${type}\` ${property === "all" ? "" : `\`${property}\``}`.trim(), effect, reason, instead] as const,
  );
  const forgotten = Object.entries({ ...FORGOTTEN, ...FORGOTTEN_DOMAIN });
  return [
    table(["property", "in the emulated account", "reason", "shown instead by"], differences),
    "Applied as it is, and then taken out of the state before a destroy (`terraform state rm`):",
    table(
      ["resource", "reason"],
      forgotten.map(([type, why]) => [`\`${type}\``, why]),
    ),
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
