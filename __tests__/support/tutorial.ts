/** A block of commands of a page, and what the page says that it prints. */
export interface Block {
  /** Line of the page on which the commands begin. */
  readonly line: number;
  readonly commands: string;
  /** What the text block below says; empty where there is none. */
  readonly output: string;
  /** Marked as one for an account. */
  readonly isForAws: boolean;
}

/** Stands for any text, in a line of its own for any lines. */
const ANYTHING = "…";

/**
 * The blocks of commands in Markdown.
 * @throws Error for a block that is neither commands, nor the output of the one above it, nor a diagram
 */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const { index, 1: kind, 2: content = "" } of markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const line = markdown.slice(0, index).split("\n").length + 1;
    const last = blocks.at(-1);
    if (kind === "sh") {
      blocks.push({ line, commands: content, output: "", isForAws: content.startsWith("# AWS\n") });
    } else if (kind === "text" && last !== undefined && last.output === "") {
      blocks[blocks.length - 1] = { ...last, output: content };
    } else if (kind !== "mermaid") {
      throw new Error(`line ${line}: a block of "${kind}" has no commands above it`);
    }
  }
  return blocks;
}

/** Whether a program printed what a page says, but for numbers, ids and white space. */
export function isPrinted(said: string, printed: string): boolean {
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lines = masked(said).map((line) =>
    line === ANYTHING ? "(?:.*\n)*?" : `${line.split(ANYTHING).map(escaped).join(".*")}\n`,
  );
  return new RegExp(`^${lines.join("")}$`).test(
    masked(printed)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** The lines that are not empty, with a sign for each number and id. */
function masked(text: string): string[] {
  return text
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "#")
    .replaceAll(/\b[0-9a-f]{8}\b/g, "#")
    .replaceAll(/-?\d[\d,.]*/g, "#")
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "");
}
