import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Contract } from "../contract/define";
import { retailTransaction } from "../contract/retail-transaction";
import type { Location } from "../modules/location";
import { type Names, namesOf } from "../modules/naming";
import { definitionOf } from "./choose";
import type { EnvironmentDefinition } from "./environment";
import { locate, locationFilePath, readLocationFile } from "./location";

/** A deployed environment: its settings, its contract, its physical names, and clients of its region. */
export interface Deployed {
  readonly contract: Contract;
  readonly definition: EnvironmentDefinition;
  readonly location: Location;
  readonly names: Names;
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
}

/**
 * Retries of a read of the stream: it shares each shard's limit of five GetRecords a second with the consumers.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const WITH_RETRY = { maxAttempts: 10, retryMode: "adaptive" } as const;

/**
 * The environment of that name. The clients use the AWS endpoint variables; with those that `npm start`
 * prints, they use that run.
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
    contract: retailTransaction,
    definition,
    location,
    names: namesOf({ ...definition, location }),
    // The SDK's default handler uses HTTP/2, which an endpoint without TLS does not support.
    kinesis: new KinesisClient({ region, requestHandler: new NodeHttpHandler(), ...WITH_RETRY }),
    s3: new S3Client({ region }),
    athena: new AthenaClient({ region }),
    glue: new GlueClient({ region }),
  };
}
