import type { Json } from "../../lib/json";
import { PLANNED_ACTIONS, type PlannedAction, type PlannedChange, type PlanSummary } from "./plan-summary";

interface MarkdownOptions {
  /** Environment of the plan. */
  readonly environment: string;
  /** Terraform's own text of the plan, shown folded. @default omitted */
  readonly text?: string;
  /** Limit of characters. GitHub's is 65,536 for a comment. @default 65000 */
  readonly limit?: number;
}

const WORDS: Readonly<Record<PlannedAction, string>> = {
  delete: "remove",
  replace: "replace",
  forget: "forget",
  update: "change",
  create: "add",
  import: "import",
  move: "move",
};

/** Limit of characters of a shown value. */
const VALUE_LENGTH = 60;

/** A plan as a comment. Losses of data come first and are never truncated. */
export function markdownOf(summary: PlanSummary, options: MarkdownOptions): string {
  const { environment, text, limit = 65_000 } = options;
  const head = [`## Plan for ${code(environment)}: ${counted(summary)}`, ...warnings(summary)];
  const foot = [
    ...(summary.drifted.length > 0
      ? [`Changed outside of Terraform, and reverted by this plan: ${summary.drifted.map(code).join(", ")}`]
      : []),
    ...(summary.outputs.length > 0 ? [`Outputs that change: ${summary.outputs.map(code).join(", ")}`] : []),
    ...(summary.changes.length > 0
      ? [`Fingerprint ${code(summary.fingerprint)}: plans with the same fingerprint make the same changes.`]
      : []),
  ];
  let room = limit - length([...head, ...foot]);
  const table = tableOf(summary.changes, room);
  room -= length([table]);
  return [...head, table, ...foot, text === undefined ? "" : folded(text, room)]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function counted({ changes }: PlanSummary): string {
  const counts = PLANNED_ACTIONS.map(
    (action) => [action, changes.filter((change) => change.action === action).length] as const,
  ).filter(([, count]) => count > 0);
  return counts.length === 0
    ? "no changes"
    : counts.map(([action, count]) => `${count} to ${WORDS[action]}`).join(", ");
}

function warnings({ losses, unprotected, unheard }: PlanSummary): string[] {
  const parts: string[] = [];
  if (losses.length > 0) {
    const lines = losses.map(
      ({ address, action, lost }) => `> - **${WORDS[action]}** ${code(address)}: ${lost}`,
    );
    parts.push(["> [!CAUTION]", "> **This plan removes resources that hold data:**", ...lines].join("\n"));
  }
  if (unprotected.length > 0) {
    const lines = unprotected.map((what) => `> - ${code(what)}`);
    parts.push(
      [
        "> [!WARNING]",
        "> **After this plan, these resources can be removed with their content:**",
        ...lines,
      ].join("\n"),
    );
  }
  if (unheard) {
    parts.push(
      "> [!WARNING]\n> **The environment is protected, and its alarms notify nobody:** " +
        "name a subscriber in `operations.alarmSubscriptions`.",
    );
  }
  return parts;
}

function tableOf(changes: readonly PlannedChange[], room: number): string {
  if (changes.length === 0) return "";
  const lines = ["| | resource | what changes |", "|---|---|---|"];
  // The last line gives the number of omitted changes.
  let left = room - length(lines) - 80;
  for (const [index, change] of changes.entries()) {
    const line = `| ${WORDS[change.action]} | ${code(change.address)} | ${properties(change)} |`;
    left -= line.length + 1;
    if (left < 0) {
      lines.push(`| | and ${changes.length - index} more | |`);
      break;
    }
    lines.push(line);
  }
  return lines.join("\n");
}

function properties({ properties }: PlannedChange): string {
  return properties
    .map(({ property, before, after, forcesReplacement }) => {
      const why = forcesReplacement ? " **forces it**" : "";
      return `${code(property)}: ${code(shown(before))} → ${code(shown(after))}${why}`;
    })
    .join("<br>");
}

function shown(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
}

function folded(text: string, room: number): string {
  const trimmed = text.trim();
  // A fence that the text cannot close.
  const longest = Math.max(2, ...(trimmed.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const wrap = (inner: string) =>
    `<details><summary>In Terraform's words</summary>\n\n${fence}text\n${inner}\n${fence}\n\n</details>`;
  const fits = room - wrap("").length - 40;
  if (fits <= 0) return "";
  return wrap(trimmed.length <= fits ? trimmed : `${trimmed.slice(0, fits)}\n… the rest is in the run's log`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "|": "&#124;",
  "`": "&#96;",
  "\\": "&#92;",
  "*": "&#42;",
  _: "&#95;",
  "[": "&#91;",
  "]": "&#93;",
  "@": "&#64;",
  "#": "&#35;",
  "~": "&#126;",
};

/** Markdown code that no value can break out of. */
function code(text: string): string {
  const safe = text.replace(/[&<>|`\\*_[\]@#~]/g, (character) => ENTITIES[character] ?? character);
  return `<code>${safe.replace(/\s+/g, " ")}</code>`;
}

function length(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + part.length + 2, 0);
}
