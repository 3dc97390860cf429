import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Location } from "../modules/location";
import { type Names, namesOf } from "../modules/naming";
import { definitionOf } from "./choose";
import type { EnvironmentDefinition } from "./environment";
import { locate, locationFilePath, readLocationFile } from "./location";

/** An environment as it stands: what it is, what its parts are called, and clients of its region. */
export interface Deployed {
  readonly definition: EnvironmentDefinition;
  readonly location: Location;
  readonly names: Names;
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
}

/**
 * A read of the stream shares five calls a second of each shard with its consumers, and gives way to them.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const PATIENT = { maxAttempts: 10, retryMode: "adaptive" } as const;

/**
 * The environment of that name. The clients go where the usual variables send them: with the endpoints that
 * `npm start` prints, to that run.
 * @throws UnknownEnvironmentError; LocationError.
 */
export function deployed(
  name: string,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Deployed {
  const definition = definitionOf(name, variables);
  const file = readLocationFile(locationFilePath(join(__dirname, ".."), variables));
  const location = locate(name, variables, file);
  const { region } = location;
  return {
    definition,
    location,
    names: namesOf({ ...definition, location }),
    // The SDK's own handler speaks HTTP/2, which an endpoint without TLS does not.
    kinesis: new KinesisClient({ region, requestHandler: new NodeHttpHandler(), ...PATIENT }),
    s3: new S3Client({ region }),
    athena: new AthenaClient({ region }),
    glue: new GlueClient({ region }),
  };
}
