import { S3Client } from "@aws-sdk/client-s3";
import { type QuarantineEntry, quarantineEntry } from "../../contract/quarantine";
import { quarantineOf } from "../../ops/reconcile/quarantine";
import { startEndpoint } from "../support/fake-endpoint";

const WINDOW = { fromMs: Date.UTC(2026, 10, 25, 12), toMs: Date.UTC(2026, 10, 25, 13), minutesPerHour: 60 };

function entry(
  recordId: string,
  layer: "batch" | "speed",
  arrivedAt = "2026-11-25 12:30:00.250",
): QuarantineEntry {
  return quarantineEntry(
    { recordId, arrivedAt, original: Buffer.from("x") },
    layer,
    "not_json",
    `by ${layer}`,
  );
}

/** The refused lines of a bucket with these objects, by key. One without a text is an error, `errorCode`, to read. */
async function read(
  objects: Readonly<Record<string, string | undefined>>,
  window?: typeof WINDOW,
  errorCode?: string,
) {
  const keys = Object.keys(objects);
  const endpoint = await startEndpoint(({ path }) => {
    const { pathname, searchParams } = new URL(path, "http://127.0.0.1");
    if (!searchParams.has("list-type")) {
      const body = objects[pathname.replace("/lake/", "")];
      return body === undefined
        ? { status: 404, body: `<Error><Code>${errorCode}</Code><Message>no</Message></Error>` }
        : { body };
    }
    const prefix = searchParams.get("prefix") ?? "";
    const listed = keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => `<Contents><Key>${key}</Key></Contents>`);
    return { body: `<ListBucketResult>${listed.join("")}</ListBucketResult>` };
  });
  const s3 = new S3Client({
    ...{ endpoint: endpoint.url, region: "eu-west-1", forcePathStyle: true },
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  try {
    return await quarantineOf({ failures: { s3, bucket: "lake" } }, window);
  } finally {
    s3.destroy();
    await endpoint.close();
  }
}

function lines(...entries: readonly QuarantineEntry[]): string {
  return entries.map((one) => `${JSON.stringify(one)}\n`).join("");
}

test("without a table, the quarantine is its objects: a line that both layers refused counts once", async () => {
  const found = await read({
    "quarantine/speed/a.json": lines(entry("a", "speed"), entry("b", "speed")),
    "quarantine/batch/b.json": lines(entry("b", "batch")),
    "aws/lambda/c": "no quarantine",
  });
  expect([...found].map(([id, { layers, reason }]) => [id, layers, reason])).toEqual([
    ["a", ["speed"], "not_json"],
    ["b", ["speed", "batch"], "not_json"],
  ]);
});

test("of a window only the arrivals in it", async () => {
  const found = await read(
    {
      "quarantine/speed/a.json": lines(
        entry("a", "speed"),
        entry("late", "speed", "2026-11-25 13:00:00.000"),
      ),
    },
    WINDOW,
  );
  expect([...found.keys()]).toEqual(["a"]);
});

test("a damaged object is named", async () => {
  await expect(read({ "quarantine/speed/a.json": '{"record_id"' })).rejects.toThrow(
    /^s3:\/\/lake\/quarantine\/speed\/a\.json: /,
  );
});

test("with neither a table nor a bucket it is an error, and not empty", async () => {
  await expect(async () => quarantineOf({})).rejects.toThrow(/cannot be read/);
});

describe("an object that cannot be read", () => {
  const objects = {
    "quarantine/speed/a.json": lines(entry("a", "speed")),
    "quarantine/speed/b.json": undefined,
    "quarantine/speed/c.json": lines(entry("c", "speed")),
  };

  test("is left out when it was deleted after the listing", async () => {
    expect([...(await read(objects, undefined, "NoSuchKey")).keys()]).toEqual(["a", "c"]);
  });

  test("is an error otherwise", async () => {
    await expect(read(objects, undefined, "NoSuchBucket")).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
