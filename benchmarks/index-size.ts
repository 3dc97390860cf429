/**
 * Bytes that a document takes on disk in a real OpenSearch, in indices as the set-up and UpsertToES make them: after few
 * lines and after many, and beside the bytes of the line as the lake stores it.
 *
 * npm run bench -- index-size --lines 20000,200000
 * npm run bench -- index-size --input-file rows.csv
 *
 * Its output goes into docs/measurements.md and into `modules/speed/index-volume.ts`.
 */
import Table from "cli-table3";
import { Command } from "commander";
import { retailTransaction } from "../contract/retail-transaction";
import { isJsonObject, member, objectOf } from "../lib/json";
import { acknowledged } from "../local/acknowledged";
import { openDataDir } from "../local/data-dir";
import { type LocalRun, startLocalRun } from "../local/local-run";
import { send } from "../local/send";
import { localSearch } from "../local/services/clients";
import { credentialsOf, masterRoleOf } from "../local/services/credentials";
import { settle } from "../local/settle";
import { conclude, layersOf } from "../ops/reconcile/conclusion";

interface Size {
  readonly documents: number;
  readonly bytes: number;
}

/** Size of the primary shards of all monthly indices, after a refresh and a flush. */
async function sizeOf(run: LocalRun): Promise<Size> {
  const client = localSearch(run.searchUrl, run.plane.region, credentialsOf(masterRoleOf(run.plane)));
  try {
    const index = `${retailTransaction.index}-*`;
    await client.transport.request({ method: "POST", path: `/${index}/_flush` });
    const { body } = await client.transport.request({ method: "GET", path: `/${index}/_stats/docs,store` });
    if (!isJsonObject(body)) throw new Error(`the engine answered ${JSON.stringify(body)}`);
    const primaries = objectOf(objectOf(body, "_all"), "primaries");
    const documents = member(objectOf(primaries, "docs"), "count");
    const bytes = member(objectOf(primaries, "store"), "size_in_bytes");
    if (typeof documents !== "number" || typeof bytes !== "number") {
      throw new Error(`the statistics of ${index} are ${JSON.stringify(body)}`);
    }
    return { documents, bytes };
  } finally {
    await client.close();
  }
}

async function main(lines: readonly number[], inputFile?: string): Promise<void> {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const dataDir = openDataDir(undefined);
  const run = await startLocalRun({
    source: { environment: "dev" },
    dataDir: dataDir.path,
    timeScale: 60,
    firstPort: 0,
    search: "opensearch",
    say,
  });
  try {
    const { signal } = new AbortController();
    const table = new Table({ head: ["documents", "bytes on disk", "bytes a document"] });
    let sent = 0;
    for (const upTo of inputFile === undefined ? lines : [Number.POSITIVE_INFINITY]) {
      const report = await send(run, {
        pack: 25,
        seed: sent + 1,
        signal,
        ...(inputFile === undefined ? { maxCount: upTo - sent } : { inputFile }),
      });
      if (report.error !== undefined) throw new Error(report.error);
      sent += report.acknowledged;
      const found = await settle(run, await acknowledged(run), signal);
      if (!found || !conclude(found, layersOf({ batch: true, speed: true })).agree) {
        throw new Error(`the layers do not agree on ${sent} lines`);
      }
      const { documents, bytes } = await sizeOf(run);
      if (documents !== sent)
        throw new Error(`${sent} lines were sent, and ${documents} documents are there`);
      table.push([documents, bytes, (bytes / documents).toFixed(0)]);
    }
    process.stdout.write(`${table.toString()}\n`);
  } finally {
    await run.close();
    dataDir.release({ keep: false });
  }
}

const { lines, inputFile } = new Command("npm run bench -- index-size")
  .option("--lines <numbers>", "synthetic lines in all after which to measure", "20000,200000")
  .option("--input-file <path>", "lines of a file instead")
  .parse()
  .opts<{ lines: string; inputFile?: string }>();

main(lines.split(",").map(Number), inputFile).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
