import { isAborted, Queue } from "../../../local/page/queue";

const { signal } = new AbortController();

test("requests have their turn one after the other, also behind one that failed, and not when the client has gone", async () => {
  const queue = new Queue();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const gone = new AbortController();
  const bad = queue.run(signal, async () => {
    begun.push("bad");
    await new Promise<void>((resolve) => ends.push(resolve));
    throw new Error("bad");
  });
  const skipped = queue.run(gone.signal, () => void begun.push("gone")).catch((error: unknown) => error);
  const other = queue.run(signal, () => begun.push("other"));
  const refusal = expect(bad).rejects.toThrow("bad");
  gone.abort();
  await new Promise(setImmediate);
  expect(begun).toEqual(["bad"]);
  ends[0]?.();
  await refusal;
  expect(await other).toBe(2);
  expect(isAborted(await skipped)).toBe(true);
  expect(begun).toEqual(["bad", "other"]);
});

test("sixteen are taken; the next is refused until one of them has ended", async () => {
  const queue = new Queue();
  const ends: (() => void)[] = [];
  const blocked = () => new Promise<void>((resolve) => ends.push(resolve));
  const first = queue.run(signal, blocked);
  const others = Array.from({ length: 15 }, () => queue.run(signal, () => undefined));

  const refused = queue.run(signal, () => undefined);
  await expect(refused).rejects.toMatchObject({
    status: 503,
    message: "16 requests wait already: ask later",
  });
  expect(isAborted(await refused.catch((error: unknown) => error))).toBe(false);

  ends[0]?.();
  await Promise.all([first, ...others]);
  expect(await queue.run(signal, () => "taken")).toBe("taken");
});
