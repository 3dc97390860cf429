import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type S3Service, startS3 } from "../../../../local/services/s3/service";
import { openStore, type Store } from "../../../../local/store/store";

const BUCKET = "lake";
const KEY = "a folder/größe.bin";
const PART = 5 * 1024 * 1024;

let dataDir: string;
let state: Store;
let store: S3Service;
let s3: S3Client;

const start = (): Promise<S3Service> =>
  startS3({
    buckets: [BUCKET, "other"],
    store: state,
    dataDir: join(dataDir, "objects"),
    region: "eu-west-1",
  });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "multipart-"));
  state = openStore(dataDir);
  store = await start();
  s3 = new S3Client({
    endpoint: store.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  s3.destroy();
  await store.close();
  state.close();
  rmSync(dataDir, { recursive: true });
});

async function create(more: { readonly ContentType?: string } = {}): Promise<string> {
  const { UploadId = "" } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: KEY, ...more }),
  );
  return UploadId;
}

async function upload(UploadId: string, PartNumber: number, Body: Buffer) {
  const command = new UploadPartCommand({ Bucket: BUCKET, Key: KEY, UploadId, PartNumber, Body });
  const { ETag } = await s3.send(command);
  return { PartNumber, ETag };
}

type Uploaded = Awaited<ReturnType<typeof upload>>;

function complete(UploadId: string, Parts: Uploaded[]) {
  const command = { Bucket: BUCKET, Key: KEY, UploadId, MultipartUpload: { Parts } };
  return s3.send(new CompleteMultipartUploadCommand(command));
}

async function bytes(Bucket = BUCKET, Key = KEY): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => new Error("not refused"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof S3ServiceException)) throw error;
  return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
}

const md5 = (content: Buffer): Buffer => createHash("md5").update(content).digest();

/** Files of objects and drafts. */
function files(): number {
  return readdirSync(join(dataDir, "objects"), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  ).length;
}

test("an upload in parts becomes one object, in the order of its numbers", async () => {
  const parts = [randomBytes(PART), randomBytes(PART), randomBytes(7)] as const;
  const id = await create({ ContentType: "text/x-own" });
  const third = await upload(id, 9, parts[2]);
  const first = await upload(id, 1, parts[0]);
  const second = await upload(id, 2, parts[1]);
  expect(await refusal(bytes())).toMatch(/^404 NoSuchKey/);
  const { ETag } = await complete(id, [first, second, third]);
  const digest = createHash("md5")
    .update(Buffer.concat(parts.map(md5)))
    .digest("hex");
  expect(ETag).toBe(`"${digest}-3"`);
  expect((await bytes()).equals(Buffer.concat(parts))).toBe(true);
  const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: KEY }));
  expect(head).toMatchObject({ ContentLength: 2 * PART + 7, ContentType: "text/x-own", ETag });
  expect(await refusal(complete(id, [first]))).toMatch(/^404 NoSuchUpload/);
  await store.close();
  store = await start();
  expect(files()).toBe(1);
});

test("a part that is uploaded again replaces the earlier one", async () => {
  const id = await create();
  const early = await upload(id, 1, Buffer.from("early"));
  const late = await upload(id, 1, Buffer.from("late"));
  expect(await refusal(complete(id, [early]))).toMatch(/^400 InvalidPart: Part 1 /);
  await complete(id, [late]);
  expect((await bytes()).toString()).toBe("late");
});

test.each<[string, (id: string, small: Uploaded, other: Uploaded) => Promise<unknown>, RegExp]>([
  [
    "a small part before the last",
    (id, small, other) => complete(id, [small, other]),
    /^400 EntityTooSmall: Part 1 has 5 bytes/,
  ],
  ["parts out of order", (id, small, other) => complete(id, [other, small]), /^400 InvalidPartOrder/],
  ["a part twice", (id, small) => complete(id, [small, small]), /^400 InvalidPartOrder/],
  [
    "a part that was not uploaded",
    (id, small) => complete(id, [{ ...small, PartNumber: 7 }]),
    /^400 InvalidPart: Part 7 /,
  ],
  ["no part", (id) => complete(id, []), /^400 MalformedXML/],
  ["another upload", (_, small) => complete("nowhere", [small]), /^404 NoSuchUpload/],
  ["part 0", (id) => upload(id, 0, Buffer.from("x")), /^400 InvalidArgument: Part number/],
  ["part 10,001", (id) => upload(id, 10_001, Buffer.from("x")), /^400 InvalidArgument: Part number/],
  [
    "ListParts",
    (id) => s3.send(new ListPartsCommand({ Bucket: BUCKET, Key: KEY, UploadId: id })),
    /^501 NotImplemented: .*ListParts/,
  ],
])("refuses %s, and keeps the upload", async (_, call, expected) => {
  const id = await create();
  const small = await upload(id, 1, Buffer.from("small"));
  const other = await upload(id, 2, Buffer.from("other"));
  expect(await refusal(call(id, small, other))).toMatch(expected);
  await complete(id, [other]);
  expect((await bytes()).toString()).toBe("other");
});

test("an aborted upload leaves nothing", async () => {
  const id = await create();
  const part = await upload(id, 1, Buffer.from("x"));
  expect(files()).toBe(1);
  await s3.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: KEY, UploadId: id }));
  expect(files()).toBe(0);
  expect(await refusal(complete(id, [part]))).toMatch(/^404 NoSuchUpload/);
});

describe("CopyObject", () => {
  const copy = (more: object) =>
    s3.send(new CopyObjectCommand({ Bucket: "other", Key: "copy", CopySource: "", ...more }));

  beforeEach(async () => {
    const object = { Body: "content", ContentType: "text/x-own", Metadata: { a: "1" } };
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, ...object }));
  });

  test("copies content and metadata, between buckets too", async () => {
    await copy({ CopySource: `${BUCKET}/${encodeURIComponent(KEY)}` });
    expect((await bytes("other", "copy")).toString()).toBe("content");
    const head = await s3.send(new HeadObjectCommand({ Bucket: "other", Key: "copy" }));
    expect(head).toMatchObject({ ContentType: "text/x-own", Metadata: { a: "1" } });
  });

  test("replaces metadata", async () => {
    await copy({
      CopySource: `/${BUCKET}/${encodeURIComponent(KEY)}`,
      MetadataDirective: "REPLACE",
      Metadata: { b: "2" },
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket: "other", Key: "copy" }));
    expect(head.Metadata).toEqual({ b: "2" });
  });

  test.each([
    ["a source that does not exist", { CopySource: `${BUCKET}/nowhere` }, /^404 NoSuchKey/],
    ["a bucket that does not exist", { CopySource: "nowhere/a" }, /^404 NoSuchBucket/],
    ["a source without a key", { CopySource: "lake" }, /^400 InvalidArgument/],
    ["a version", { CopySource: `${BUCKET}/a?versionId=1` }, /^501 NotImplemented: CopyObject of a version/],
    [
      "itself, unchanged",
      { Bucket: BUCKET, Key: KEY, CopySource: `${BUCKET}/${encodeURIComponent(KEY)}` },
      /^400 InvalidRequest/,
    ],
    [
      "a condition on the source",
      { CopySource: `${BUCKET}/a`, CopySourceIfMatch: "x" },
      /^501 NotImplemented: CopyObject with x-amz-copy-source-if-match/,
    ],
  ])("refuses %s", async (_, input, expected) => {
    expect(await refusal(copy(input))).toMatch(expected);
  });
});

test("buckets have a creation date and a location", async () => {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).toEqual([BUCKET, "other"]);
  for (const { CreationDate } of Buckets) {
    expect(Math.abs((CreationDate?.getTime() ?? 0) - Date.now())).toBeLessThan(600_000);
  }
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
  expect(LocationConstraint).toBe("eu-west-1");
});
