import { Phases } from "../../local/phases";
import { Progress } from "../../local/progress";

interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
}

/** What is written to an output. */
function writtenBy(terminal: Terminal, act: (progress: Progress, phases: Phases) => void): string {
  const texts: string[] = [];
  const out = { ...terminal, write: (part: string) => texts.push(part) > 0 } as NodeJS.WriteStream;
  act(new Progress(out, () => 1e9), new Phases(out));
  return texts.join("");
}

function written(terminal: Terminal, text: string): string {
  return writtenBy(terminal, (progress) => {
    progress.show(text);
    progress.end();
  });
}

test("a line that would wrap is cut, because it could not be rewritten", () => {
  const terminal = { isTTY: true, columns: 10 };
  expect(written(terminal, "123456789")).toBe("\r\x1b[2K123456789\n");
  expect(written(terminal, "1234567890")).toBe("\r\x1b[2K12345678…\n");
});

test("a line of a terminal that does not say its size is not cut", () => {
  expect(written({ isTTY: true, columns: 0 }, "1234567890")).toBe("\r\x1b[2K1234567890\n");
});

test("a file has whole lines", () => {
  expect(written({ isTTY: false, columns: 10 }, "1234567890")).toBe("1234567890\n");
});

describe("a message during the progress", () => {
  const act = (progress: Progress, phases: Phases): void => {
    progress.show("a");
    phases.say("b");
    progress.end();
    phases.say("c");
  };

  test("takes the place of its line on a terminal", () => {
    expect(writtenBy({ isTTY: true, columns: 80 }, act)).toBe("\r\x1b[2Ka\r\x1b[2Kb\nc\n");
  });

  test("is a line more in a file", () => {
    expect(writtenBy({ isTTY: false, columns: 80 }, act)).toBe("a\nb\nc\n");
  });

  test("does not erase the last line of a progress that has ended", () => {
    const afterEnd = (progress: Progress, phases: Phases): void => {
      progress.show("a");
      progress.end();
      phases.say("b");
    };
    expect(writtenBy({ isTTY: true, columns: 80 }, afterEnd)).toBe("\r\x1b[2Ka\nb\n");
  });
});
