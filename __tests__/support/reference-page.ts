import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";
import { type Item, inSections } from "./reference";

const HEAD = `# Reference

The exports of the package, as their docstrings describe them. \`npm run docs:reference\` writes this page, and a test compares it with the
sources. [The constructs as a library](library.md) has examples; [operations](operations.md) has the alarms.`;

/** Headings, with the beginning of the paths of their files. An export belongs to the first that fits. */
const GROUPS: readonly (readonly [heading: string, path: string])[] = [
  ["The whole system", "modules/retail-bi"],
  ["Stream", "modules/ingest/"],
  ["Batch layer", "modules/batch/"],
  ["Speed layer", "modules/speed/"],
  ["Network", "modules/network/"],
  ["Serving", "modules/serving/"],
  ["Operations", "modules/operations/"],
  ["Security", "modules/security/"],
  ["Aspects", "modules/aspects/"],
  ["What the layers share", "modules/"],
  ["Contracts", "contract/"],
  ["Panels", "dashboards/"],
  ["Retail presets", "presets/"],
];

/** The page `docs/reference.md`. @throws Error for an export that belongs to no heading */
export function referencePage(items: readonly Item[]): string {
  const groupOf = ({ name, file }: Item): string => {
    const group = GROUPS.find(([, path]) => file.startsWith(path));
    if (group === undefined) throw new Error(`${name} of ${file} belongs to no heading of the reference`);
    return group[0];
  };
  const groups = Map.groupBy(inSections(items), groupOf);
  const sections = GROUPS.map(([heading]) => {
    const own = groups.get(heading) ?? [];
    const ordered = KIND_ORDER.flatMap((kind) => own.filter((item) => item.kind === kind));
    return [`## ${heading}`, ...ordered.map(section)];
  });
  return `${[HEAD, ...sections.flat(), modules()].join("\n\n")}\n`;
}

function section(item: Item): string {
  const { name, kind, file, text, throws } = item;
  const parts = [
    `### ${name}`,
    sentences(`${KINDS[kind]}, [\`${file}\`](../${file}).`, text, thrown(throws)),
  ];
  if (item.signature !== "") parts.push(`\`\`\`ts\n${item.signature}\n\`\`\``);
  if (item.properties.length > 0) {
    const hasDefaults = kind === "construct" || item.properties.some(({ isRequired }) => !isRequired);
    const rows = item.properties.map((one) => [
      ...[code(one.name), code(one.type), ...(hasDefaults ? [defaultOf(one)] : []), described(one)],
    ]);
    parts.push(table(["property", "type", ...(hasDefaults ? ["default"] : []), ""], rows));
  }
  if (item.members.length > 0) {
    const rows = item.members.map((one) => [code(one.name), code(one.type), described(one)]);
    parts.push(table(["member", "type", ""], rows));
  }
  return parts.join("\n\n");
}

const KINDS: Readonly<Record<Item["kind"], string>> = {
  construct: "Construct",
  class: "Class",
  properties: "Interface",
  type: "Type",
  function: "Function",
  value: "Constant",
  member: "Member",
};

/** In a group, what is constructed comes first. */
const KIND_ORDER = ["construct", "class", "function", "value", "properties", "type"] as const;

function defaultOf({ byDefault, isRequired }: Item): string {
  return isRequired ? "*required*" : (byDefault ?? "");
}

const described = ({ text, throws }: Item): string => cell(sentences(text, thrown(throws)));
const thrown = (throws: string): string => (throws === "" ? "" : `Throws ${throws}`);
const sentences = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== "")
    .map((part) => (/[.:;]$/.test(part) ? part : `${part}.`))
    .join(" ");

const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => (text === "" ? "" : cell(`\`${text}\``));

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The Terraform modules, whose READMEs terraform-docs writes. */
function modules(): string {
  const folder = join(PROJECT_ROOT, "terraform-modules");
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const rows = names.map(({ name }) => {
    const [, first = ""] = readFileSync(join(folder, name, "README.md"), "utf8").split("\n\n");
    const [purpose = ""] = first.replaceAll("\n", " ").split(". ");
    return [`[\`${name}\`](../terraform-modules/${name}/README.md)`, `${purpose}.`];
  });
  const text =
    "The same system without Node ([guide](terraform-modules.md)). The README of each has its variables and outputs.";
  return `## Terraform modules\n\n${text}\n\n${table(["module", ""], rows)}`;
}
