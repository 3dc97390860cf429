import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import type { StreamModel } from "../../../../local/plan/data-plane";
import { LOCAL_CREDENTIALS } from "../../../../local/services/credentials";
import { type KinesisService, startKinesis } from "../../../../local/services/kinesis/service";
import { openStore, type Store } from "../../../../local/store/store";

const REGION = "eu-west-1";

/** A Kinesis endpoint with its store, in a folder that goes with it. */
export class Endpoint {
  readonly dataDir = mkdtempSync(join(tmpdir(), "stream-"));
  store!: Store;
  service!: KinesisService;
  client!: KinesisClient;

  async start(models: readonly StreamModel[], port?: number): Promise<void> {
    this.store = openStore(this.dataDir);
    try {
      this.service = await startKinesis({ models, store: this.store, ...(port !== undefined && { port }) });
    } catch (error) {
      this.store.close();
      throw error;
    }
    this.service.acceptPuts();
    // The SDK's default: HTTP/2 without TLS. One attempt, so that a test sees every error.
    this.client = new KinesisClient({
      endpoint: this.service.url,
      region: REGION,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 1,
    });
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.service.close();
    this.store.close();
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true });
  }
}

/** First hash key of a shard of a stream with so many. */
export function hashKey(shard: number, shards: number): string {
  return ((2n ** 128n / BigInt(shards)) * BigInt(shard)).toString();
}
