import { describeWithShared, hasSharedFile, sharedFile } from "./shared-data";

/** Errors of requests for a file while jest collected this file's tests, here and in a suite. */
const refusals: unknown[] = [];

function ask(): void {
  try {
    sharedFile("data/none");
  } catch (error) {
    refusals.push(error);
  }
}

ask();
describe("in a suite", ask);

test("the data are refused while tests are gathered, and had in a test", () => {
  const message = expect.stringMatching(/data\/none is asked for while tests are gathered/);
  expect(refusals).toEqual([expect.objectContaining({ message }), expect.objectContaining({ message })]);
  expect(sharedFile("data/none")).toMatch(/shared\/data\/none$/);
});

test("without its file a suite is skipped, and its title says so", () => {
  const skip = jest.spyOn(describe, "skip").mockImplementation(() => undefined);
  const body = (): void => undefined;
  describeWithShared("data/none", "title", body);
  expect(hasSharedFile("data/none")).toBe(false);
  expect(skip.mock.calls).toEqual([["title (NOT RUN: ../shared/data/none is absent)", body]]);
  skip.mockRestore();
});
