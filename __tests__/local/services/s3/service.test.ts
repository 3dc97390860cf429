import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { eventually } from "../../../../benchmarks/support/eventually";
import { ObjectIndex, type StoredObject } from "../../../../local/services/s3/object-index";
import { type S3Service, startS3 } from "../../../../local/services/s3/service";
import { openStore, type Store, StoreDamageError, StoreFullError } from "../../../../local/store/store";

const BUCKET = "lake";

let dataDir: string;
let kept: Store;
let store: S3Service;
let s3: S3Client;

async function start(): Promise<void> {
  kept = openStore(dataDir);
  store = await startS3({ buckets: [BUCKET], store: kept, dataDir: objectsDir() });
  s3 = clientOf(store.url);
}

function clientOf(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}

async function stop(): Promise<void> {
  s3.destroy();
  await store.close();
  kept.close();
}

function objectsDir(): string {
  return join(dataDir, "objects");
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "object-store-"));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true });
});

function put(
  Key: string,
  Body: string | Buffer | Readable,
  more: Omit<PutObjectCommandInput, "Bucket" | "Key" | "Body"> = {},
) {
  return s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
}

async function get(Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  if (Body === undefined) throw new Error("no body");
  return Body.transformToString();
}

async function keys(prefix = ""): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  return Contents.map(({ Key }) => Key ?? "");
}

/** Code and status of the error that a call ends with. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode} ${error.name}`;
    throw error;
  }
  return "no error";
}

/** Every file below the bucket's folder. */
function filesOnDisk(): string[] {
  return readdirSync(join(objectsDir(), BUCKET), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe("objects", () => {
  test.each([
    ["as the stack writes them", "json-data/year=2026/month=11/day=24/hour=03/retail-trans-1-x"],
    ["with characters that a file system or a glob takes amiss", 'a!b/*?[x]~1%2F\\:"<>| ü😀.json'],
    ["with empty parts and dots", "/a//../../etc/./passwd/"],
    ["like a file of another", "a~b.json"],
  ])("keys %s come back as they were", async (_, key) => {
    await put(key, "content");

    expect(await get(key)).toBe("content");
    expect(await keys()).toEqual([key]);
    expect(store.files.list(BUCKET, "")).toMatchObject([{ key, size: 7 }]);
    const [file] = store.files.list(BUCKET, "");
    expect(file?.path.startsWith(join(objectsDir(), BUCKET))).toBe(true);
    expect(readFileSync(file?.path ?? "", "utf8")).toBe("content");
    expect(readdirSync(objectsDir())).toEqual([BUCKET]);
  });

  test("a key may be a folder of other keys, and any case counts", async () => {
    for (const key of ["a", "a/b", "a/", "A", "a~1", "a.json"]) await put(key, key);

    expect(await Promise.all(["a", "a/b", "a/", "A", "a~1", "a.json"].map(get))).toEqual([
      "a",
      "a/b",
      "a/",
      "A",
      "a~1",
      "a.json",
    ]);
  });

  test("ETag, metadata, headers and checksums are kept", async () => {
    const body = "x".repeat(1000);
    const answer = await put("k", body, {
      ContentType: "application/x-ndjson",
      CacheControl: "no-store",
      Metadata: { owner: "team" },
      ChecksumAlgorithm: "SHA256",
    });
    const sha256 = createHash("sha256").update(body).digest("base64");
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;

    expect(answer).toMatchObject({ ETag: etag, ChecksumSHA256: sha256 });
    const head = new HeadObjectCommand({ Bucket: BUCKET, Key: "k", ChecksumMode: "ENABLED" });
    expect(await s3.send(head)).toMatchObject({
      ETag: etag,
      ContentLength: 1000,
      ContentType: "application/x-ndjson",
      CacheControl: "no-store",
      Metadata: { owner: "team" },
      ChecksumSHA256: sha256,
    });
  });

  test.each([
    ["nothing", 0],
    ["one byte", 1],
    ["more than the 11 MiB that other stores take", 24 * 1024 * 1024],
  ])("a body of %s, given whole and as a stream", async (_, size) => {
    const body = Buffer.alloc(size, "0123456789");

    await put("whole", body);
    await put("streamed", Readable.from(size === 0 ? [] : [body.subarray(0, 1), body.subarray(1)]), {
      ContentLength: size,
    });

    for (const key of ["whole", "streamed"]) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    }
  });

  test.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=8-99", "89", "bytes 8-9/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=-99", "0123456789", "bytes 0-9/10"],
  ])("range %s", async (Range, expected, contentRange) => {
    await put("k", "0123456789");

    const answer = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "k", Range }));

    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(answer.ContentRange).toBe(contentRange);
    expect(await answer.Body?.transformToString()).toBe(expected);
  });

  test("a range beyond the end is refused", async () => {
    await put("k", "0123456789");

    const call = s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "k", Range: "bytes=10-" }));

    expect(await refusal(call)).toBe("416 InvalidRange");
  });

  test("a body that is not what its checksum says is refused, and nothing of it stays", async () => {
    await put("k", "before");

    expect(await refusal(put("k", "after", { ChecksumCRC32: "AAAAAA==" }))).toBe("400 BadDigest");
    expect(await refusal(put("k", "after", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }))).toBe(
      "400 BadDigest",
    );

    expect(await get("k")).toBe("before");
    expect(filesOnDisk()).toHaveLength(1);
  });

  test.each([
    ["is cut off", "aws-chunked", "ff;chunk-signature=x\r\nonly this", true],
    ["has chunks that are not theirs", "aws-chunked", "2\r\nabcdef\r\n0\r\n\r\n", false],
    ["has no chunks", "aws-chunked", "nothing of the kind\r\n", false],
  ])("an upload that %s leaves nothing", async (_, encoding, body, cut) => {
    const { port, hostname } = new URL(store.url);
    const socket = connect(Number(port), hostname);
    const length = cut ? 1_000 : body.length;
    socket.write(
      `PUT /${BUCKET}/k HTTP/1.1\r\nHost: x\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;

    await eventually(() => expect(filesOnDisk()).toEqual([]));
    expect(await keys()).toEqual([]);
  });

  test("a file of this process becomes the object that an upload of it would be", async () => {
    const content = Buffer.alloc(300_000, "content of a file ");
    const file = join(dataDir, "file");
    writeFileSync(file, content);
    await put("uploaded", content);
    await put("stored", "before");

    await store.put(BUCKET, "stored", file);

    const headOf = async (Key: string) => {
      const {
        $metadata: _,
        LastModified: __,
        ...head
      } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      return head;
    };
    expect(await headOf("stored")).toEqual(await headOf("uploaded"));
    expect(await get("stored")).toBe(content.toString());
    expect(readFileSync(file)).toEqual(content);
    // One body for each object.
    expect(filesOnDisk()).toHaveLength(2);
  });

  test("a file for a bucket that is not there, and a file that is gone, make no object", async () => {
    await expect(store.put("other", "key", join(dataDir, "file"))).rejects.toMatchObject({
      code: "NoSuchBucket",
    });
    await expect(store.put(BUCKET, "key", join(dataDir, "file"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await keys()).toEqual([]);
    expect(filesOnDisk()).toEqual([]);
  });

  test("deleting one, many, and what is not there", async () => {
    for (const key of ["a", "b&<c>", "d"]) await put(key, "x");

    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "a" }));
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "never" }));
    const many = { Objects: [{ Key: "b&<c>" }, { Key: "never" }], Quiet: false };
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: many }));

    expect(Deleted).toEqual([{ Key: "b&<c>" }, { Key: "never" }]);
    expect(Errors).toBeUndefined();
    expect(await keys()).toEqual(["d"]);
    expect(filesOnDisk()).toHaveLength(1);
  });

  test("what is not there", async () => {
    expect(await refusal(get("k"))).toBe("404 NoSuchKey");
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "k" })))).toBe("404 NotFound");
    expect(await refusal(s3.send(new ListObjectsV2Command({ Bucket: "other" })))).toBe("404 NoSuchBucket");
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket: "other" })))).toBe("404 NotFound");
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toEqual([
      { Name: BUCKET, CreationDate: expect.any(Date) },
    ]);
  });

  test.each([["GetObject", () => new GetObjectCommand({ Bucket: BUCKET, Key: "a", VersionId: "1" })]])(
    "%s is refused by name",
    async (_, command) => {
      await put("a", "x");

      // biome-ignore lint/suspicious/noExplicitAny: the client's overloads do not take a union of commands
      expect(await refusal(s3.send(command() as any))).toBe("501 NotImplemented");
    },
  );
});

describe("conditional writes", () => {
  test("If-None-Match: * writes where nothing is, and nowhere else", async () => {
    await put("k", "first", { IfNoneMatch: "*" });

    expect(await refusal(put("k", "second", { IfNoneMatch: "*" }))).toBe("412 PreconditionFailed");
    expect(await get("k")).toBe("first");
  });

  test("If-Match writes over that version alone", async () => {
    const { ETag: etag = "" } = await put("k", "first");

    expect(await refusal(put("k", "second", { IfMatch: '"other"' }))).toBe("412 PreconditionFailed");
    expect(await refusal(put("absent", "second", { IfMatch: etag }))).toBe("404 NoSuchKey");
    await put("k", "second", { IfMatch: etag.replaceAll('"', "") });

    expect(await get("k")).toBe("second");
    expect(await keys()).toEqual(["k"]);
  });

  test("If-Match deletes that version alone", async () => {
    const { ETag: etag } = await put("k", "first");

    const remove = (IfMatch?: string) =>
      s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "k", IfMatch }));
    expect(await refusal(remove('"other"'))).toBe("412 PreconditionFailed");
    await remove(etag);

    expect(await keys()).toEqual([]);
  });

  test("of many writers at once, one wins", async () => {
    const bodies = Array.from({ length: 20 }, (_, n) => `writer ${n}`);

    const created = await Promise.all(bodies.map((body) => refusal(put("k", body, { IfNoneMatch: "*" }))));
    const { ETag: etag } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "k" }));
    const replaced = await Promise.all(
      bodies.map((body) => refusal(put("k", `${body}!`, { IfMatch: etag }))),
    );

    for (const outcomes of [created, replaced]) {
      expect(outcomes.filter((outcome) => outcome === "no error")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "412 PreconditionFailed")).toHaveLength(19);
    }
    expect(await get("k")).toBe(`${bodies[replaced.indexOf("no error")]}!`);
    expect(filesOnDisk()).toHaveLength(1);
  });
});

describe("listings", () => {
  test("all pages together are every key once, in the order of their bytes", async () => {
    const names = ["a-B", "a_b", "aB", "ab", "Z", "é", "\u{1F600}", "\uFFFD", "a/1", "a/2", "b/1"];
    for (const name of names) await put(name, name);

    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 2, ContinuationToken: token }),
      );
      found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
      token = page.NextContinuationToken;
    } while (token !== undefined);

    const bytewise = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(found).toEqual(bytewise);
  });

  test("with a delimiter, start-after, both versions, and names that XML must escape", async () => {
    for (const key of ["p/1/a", "p/1/b", "p/2/a", "p/<3>&", "q"]) await put(key, "x");

    const v2 = new ListObjectsV2Command({
      Bucket: BUCKET,
      Prefix: "p/",
      Delimiter: "/",
      StartAfter: "p/1/a",
    });
    expect(await s3.send(v2)).toMatchObject({
      CommonPrefixes: [{ Prefix: "p/1/" }, { Prefix: "p/2/" }],
      Contents: [{ Key: "p/<3>&", Size: 1 }],
      KeyCount: 3,
      IsTruncated: false,
    });
    const v1 = await s3.send(new ListObjectsCommand({ Bucket: BUCKET, MaxKeys: 1, Marker: "p/1/b" }));
    expect(v1).toMatchObject({ IsTruncated: true, NextMarker: "p/2/a", Contents: [{ Key: "p/2/a" }] });
  });

  const part = fc.constantFrom("a", "b", "B", "-", "é", "\u{1F600}", "\uFF5E");
  const key = fc
    .array(fc.oneof(part, fc.constant("/")), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(""));

  test("law: pages of any size, with or without a delimiter, give what one page gives", () => {
    let run = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 30 }),
        fc.option(fc.constant("/"), { nil: undefined }),
        fc.constantFrom("", "a", "a/", "b/a"),
        fc.integer({ min: 1, max: 7 }),
        (names, delimiter, prefix, limit) => {
          const index = new ObjectIndex(kept.table(`listing ${run++}`));
          kept.commit(() => {
            for (const name of names) index.set(stored(name));
          });
          const request = { prefix, ...(delimiter !== undefined && { delimiter }) };

          const paged: string[] = [];
          let after: string | undefined = "";
          while (after !== undefined) {
            const page = index.list({ ...request, after, limit });
            paged.push(...page.items.map(nameOf));
            after = page.next;
          }

          expect(paged).toEqual(naiveListing(names, prefix, delimiter));
        },
      ),
    );
  });
});

describe("on disk", () => {
  test("a restart finds everything as it was, and sweeps what was never finished", async () => {
    await put("kept", "1", { Metadata: { a: "b" } });
    await put("overwritten", "old");
    await put("overwritten", "new");
    const before = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "kept" }));
    await stop();
    const folder = join(objectsDir(), BUCKET);
    const current = filesOnDisk();
    writeFileSync(join(folder, "unfinished~1"), "bytes of an upload that was cut");
    mkdirSync(join(folder, "never", "finished"), { recursive: true });
    writeFileSync(join(folder, "never", "finished", "half~2"), "bytes");
    // A kill between the commit of an overwriting object and the removal of the old file.
    writeFileSync(join(folder, "overwritten~1"), "old");

    await start();

    expect(await keys()).toEqual(["kept", "overwritten"]);
    expect(await get("overwritten")).toBe("new");
    const after = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "kept" }));
    expect(after).toMatchObject({
      ETag: before.ETag,
      LastModified: before.LastModified,
      Metadata: { a: "b" },
    });
    expect(filesOnDisk()).toEqual(current);
    expect(readdirSync(folder)).not.toContain("never");
  });

  test("who holds the path of an object never sees half of another", async () => {
    await put("k", "first");
    const [file] = store.files.list(BUCKET, "k");

    const writing = put("k", Buffer.alloc(8 * 1024 * 1024, "x"));
    while (store.files.list(BUCKET, "k")[0]?.path === file?.path) {
      expect(readFileSync(file?.path ?? "", "utf8")).toBe("first");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await writing;

    expect(store.files.list(BUCKET, "k")[0]?.size).toBe(8 * 1024 * 1024);
  });
});

describe("damage", () => {
  const BODY = "the content of an object";

  /** Damages the file of an object that was put. @returns its path */
  async function damaged(damage: (path: string) => void): Promise<string> {
    await put("a/k", BODY);
    await put("other", "intact");
    const [file] = store.files.list(BUCKET, "a/");
    const path = file?.path ?? "";
    damage(path);
    return path;
  }

  const alter = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
    ["missing", (path) => rmSync(path)],
    ["empty", (path) => writeFileSync(path, "")],
    ["short", (path) => writeFileSync(path, BODY.slice(0, -1))],
    ["longer", (path) => writeFileSync(path, `${BODY}.`)],
    ["altered", alter],
    ["of another object", (path) => writeFileSync(path, BODY.toUpperCase())],
  ];

  test.each(DAMAGES)("a body that is %s is no answer, and is named", async (_, damage) => {
    const path = await damaged(damage);

    const answers = await Promise.all(
      [undefined, "bytes=0-3"].map(async (Range) => {
        const command = new GetObjectCommand({ Bucket: BUCKET, Key: "a/k", ...(Range && { Range }) });
        return s3.send(command).catch((error: S3ServiceException) => error);
      }),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ name: "InternalError", $metadata: { httpStatusCode: 500 } });
      expect(String(answer)).toContain(`${path} is damaged`);
      expect(String(answer)).toContain(`s3://${BUCKET}/a/k`);
    }
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "a/k" })))).toMatch(/^500/);
    expect(() => store.files.list(BUCKET, "")).toThrow(`${path} is damaged`);
    expect(await get("other")).toBe("intact");

    await put("a/k", "anew");
    expect(await get("a/k")).toBe("anew");
  });

  test.each(DAMAGES)("a body that is %s is named after a restart", async (name, damage) => {
    const path = await damaged(damage);
    await put("made", "");
    await stop();
    const isFoundByContentAlone = name === "altered" || name === "of another object";
    if (isFoundByContentAlone) {
      await start();
      expect(await refusal(get("a/k"))).toBe("500 InternalError");
      expect(() => store.files.list(BUCKET, "")).toThrow(StoreDamageError);
      expect(await get("other")).toBe("intact");
      return;
    }
    const files = filesOnDisk();
    kept = openStore(dataDir);
    const starting = startS3({ buckets: [BUCKET], store: kept, dataDir: objectsDir() });
    await expect(starting).rejects.toThrow(`${path} is damaged`);
    // Nothing was removed on the way.
    expect(filesOnDisk()).toEqual(files);
    kept.close();
    writeFileSync(path, BODY);
    await start();
    expect(await get("a/k")).toBe(BODY);
  });

  test("content that is altered after it was read once is found", async () => {
    const path = await damaged(() => undefined);
    expect(await get("a/k")).toBe(BODY);
    // Until the checked file is remembered as it is.
    await eventually(async () => expect(Date.now() - statSync(path).ctimeMs).toBeGreaterThan(150));
    expect(await get("a/k")).toBe(BODY);
    const { atime, mtime } = statSync(path);

    alter(path);
    utimesSync(path, atime, mtime);

    expect(await refusal(get("a/k"))).toBe("500 InternalError");
  });

  test("objects whose entries were lost with the store are not taken for unfinished", async () => {
    await put("k", BODY);
    await stop();
    rmSync(join(dataDir, "store"), { recursive: true });

    expect(() => openStore(dataDir)).toThrow("has the folder objects and no store");

    expect(filesOnDisk()).toHaveLength(1);
    rmSync(join(dataDir, "objects"), { recursive: true });
    await start();
  });
});

test("a full disk is an error that clients retry, and leaves nothing", async () => {
  await stop();
  let isFull = false;
  const real = openStore(dataDir);
  kept = {
    table: (name) => real.table(name),
    commit: (write) => {
      if (isFull) throw new StoreFullError("store.db", undefined);
      return real.commit(write);
    },
    close: () => real.close(),
  };
  store = await startS3({ buckets: [BUCKET], store: kept, dataDir: objectsDir() });
  s3 = clientOf(store.url);
  await put("before", "1");
  isFull = true;

  expect(await refusal(put("k", "x"))).toBe("503 ServiceUnavailable");
  expect(await refusal(s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "before" })))).toBe(
    "503 ServiceUnavailable",
  );

  expect(filesOnDisk()).toHaveLength(1);
  expect(await get("before")).toBe("1");
  isFull = false;
  await put("k", "x");
  expect(await keys()).toEqual(["before", "k"]);
});

test("a taken port is named with its remedy", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const starting = startS3({ buckets: [BUCKET], store: kept, dataDir: objectsDir(), port });

  await expect(starting).rejects.toThrow(`port ${port} of the object store is taken by another process`);
  await new Promise((resolve) => other.close(resolve));
});

function stored(key: string): StoredObject {
  return { key, version: 1, size: 0, crc32: 0, etag: '""', lastModifiedMs: 0, headers: {} };
}

function nameOf(item: { object: StoredObject } | { commonPrefix: string }): string {
  return "object" in item ? item.object.key : `${item.commonPrefix}…`;
}

/** What a listing must be, said as simply as it can be. */
function naiveListing(names: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const listed = sorted
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
      return at === -1 ? name : `${name.slice(0, at + 1)}…`;
    });
  return [...new Set(listed)];
}

test("it announces no time after which it cuts an idle connection", async () => {
  // Were there one, a process held up at the wrong moment would write a request to a connection just cut.
  const { headers } = await fetch(store.url);

  expect(headers.get("connection")).toBe("keep-alive");
  expect(headers.get("keep-alive")).toBeNull();
});
