import { GetObjectCommand, NoSuchKey, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";

/** An object that was read as text. */
interface TextObject {
  readonly key: string;
  /** `s3://bucket/key` */
  readonly location: string;
  readonly text: string;
}

/**
 * The objects of a bucket under a prefix, in the order of their keys. One that is deleted between its listing and its
 * reading is left out: a redrive deletes objects, and S3 those that have expired.
 * @throws what the client throws
 */
export async function* objectsUnder(
  s3: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<TextObject> {
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix });
  for await (const { Contents } of pages) {
    for (const { Key: key = "" } of Contents ?? []) {
      const text = await textOf(s3, bucket, key);
      if (text !== undefined) yield { key, location: `s3://${bucket}/${key}`, text };
    }
  }
}

/** @returns undefined where there is no such object */
async function textOf(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
