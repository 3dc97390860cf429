import { createInterface } from "node:readline/promises";

/** Asks a question on the terminal, on stderr. @returns the answer, without blanks around it */
export async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
