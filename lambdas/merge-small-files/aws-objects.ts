import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { chunks, given } from "../../lib/given";
import type { ListedObject, Objects } from "./ports";

/** Most keys in one DeleteObjects call. */
const DELETE_AT_ONCE = 1000;

/** Statuses of S3 for a condition that did not hold: no object, another object, or a concurrent write. */
const CONDITION_FAILED = new Set([404, 412, 409]);

/** The objects of S3. */
export function s3Objects(client: S3Client): Objects {
  return {
    async list({ bucket, prefix }) {
      const objects: ListedObject[] = [];
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        for (const { Key, ETag, Size, LastModified } of page.Contents ?? []) {
          objects.push({
            key: given(Key, "Key"),
            etag: given(ETag, "ETag"),
            bytes: given(Size, "Size"),
            modifiedMs: given(LastModified, "LastModified").getTime(),
          });
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return objects;
    },

    async read(bucket, key) {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { body: await given(Body, "Body").transformToString(), etag: given(ETag, "ETag") };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    async writeIf(bucket, key, body, condition) {
      const demanded = condition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.etag };
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: "application/json",
        ...demanded,
      });
      try {
        return given((await client.send(command)).ETag, "ETag");
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw error;
        if (CONDITION_FAILED.has(error.$metadata.httpStatusCode ?? 0)) return undefined;
        throw error;
      }
    },

    async remove(bucket, keys) {
      for (const part of chunks(keys, DELETE_AT_ONCE)) {
        const Delete = { Objects: part.map((Key) => ({ Key })), Quiet: true };
        const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
        const [first] = Errors;
        if (first) {
          throw new Error(
            `${Errors.length} objects of ${bucket} were not deleted, such as ${first.Key}: ${first.Code} ${first.Message}`,
          );
        }
      }
    },
  };
}
