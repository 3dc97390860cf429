/** The parts of the SDK that put an object, in a file of their own in a function's zip: it is read when they are first used. */
export { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
