import type { Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";

/** The folder of an hour under the folder of a table. */
export function hourLocation({ bucket, prefix }: S3Location, { folder }: Hour): S3Location {
  return { bucket, prefix: prefix + folder };
}

/** `s3://bucket/prefix/` */
export function s3Uri({ bucket, prefix }: S3Location): string {
  return `s3://${bucket}/${prefix}`;
}
