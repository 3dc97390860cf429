import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { closeServer } from "../../lib/loopback";
import { bundleFunction } from "../../modules/functions/bundle";
import { startBulkServer } from "./bulk-server";
import { Contender } from "./contenders";
import { firehoseEvent, kinesisEvent } from "./events";
import { comparison, type Measure, type MeasureSettings, PYTHON, python } from "./measure";
import { startWorker } from "./workers";

/** Records of a batch, as the event source mapping passes them. */
const BATCH = 1_000;
/** Lines of about 1 MB: the buffer of the delivery stream. */
const BUFFER_LINES = 5_000;

/** UpsertToES as it is deployed, against the lab's function. @param spelling of the lines */
export async function upsertToEs(
  lines: readonly string[],
  spelling: string,
  settings: MeasureSettings,
): Promise<Measure> {
  const { port, server } = await startBulkServer();
  const batches = written(settings, lines, BATCH, (part) => kinesisEvent(part, 1));
  const own = await startWorker(
    "UpsertToES",
    "function",
    { code: codeOf("upsert-to-es", settings), ...batches },
    settings,
    { ...ENVIRONMENT, ES_HOST: `http://127.0.0.1:${port}`, ES_INDEX: "retail" },
  );
  const lab = new Contender("the lab's steps in Python", PYTHON, [
    join(__dirname, "lab-function.py"),
    String(port),
    String(lines.length),
    ...batches.events,
  ]);
  try {
    return await comparison(`UpsertToES, ${spelling}`, [own, ...(python() ? [lab] : [])], settings);
  } finally {
    own.stop();
    lab.stop();
    await closeServer(server);
  }
}

/** ValidateRecords as it is deployed, against `JSON.parse` alone. @param pack lines in a record */
export async function validateRecords(
  lines: readonly string[],
  pack: number,
  settings: MeasureSettings,
): Promise<Measure> {
  const buffers = written(settings, lines, BUFFER_LINES, (part) => firehoseEvent(part, pack));
  const own = await startWorker(
    "ValidateRecords",
    "function",
    { code: codeOf("validate-records", settings), ...buffers },
    settings,
    ENVIRONMENT,
  );
  const file = join(settings.scratch, "base64.json");
  writeFileSync(file, JSON.stringify(lines.map((line) => Buffer.from(line).toString("base64"))));
  const parse = await startWorker("base64 and JSON.parse alone", "json-parse", { file }, settings);
  try {
    return await comparison(`ValidateRecords, ${pack} a record`, [own, parse], settings);
  } finally {
    own.stop();
    parse.stop();
  }
}

export const ENVIRONMENT = {
  REGION_NAME: "eu-west-1",
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "benchmark",
  AWS_SECRET_ACCESS_KEY: "benchmark",
  QUARANTINE_LOCATION: "s3://benchmark/quarantine/",
  CONTRACT: contractVariable(retailTransaction),
} as const;

/** The JavaScript of a function as it is deployed, in a file. */
export function codeOf(folder: string, { scratch }: MeasureSettings): string {
  const file = join(scratch, `${folder}.js`);
  for (const [name, code] of Object.entries(unzipSync(readFileSync(bundleFunction(folder).path)))) {
    writeFileSync(name === "index.js" ? file : join(scratch, name), code);
  }
  return file;
}

/** Events of lines, so many lines each, in files. */
function written(
  { scratch }: MeasureSettings,
  lines: readonly string[],
  size: number,
  eventOf: (part: readonly string[]) => object,
): { readonly events: readonly string[]; readonly lines: readonly number[] } {
  const folder = mkdtempSync(join(scratch, "events-"));
  const events: string[] = [];
  const counts: number[] = [];
  for (let at = 0; at < lines.length; at += size) {
    const part = lines.slice(at, at + size);
    const file = join(folder, `${at}.json`);
    writeFileSync(file, JSON.stringify(eventOf(part)));
    events.push(file);
    counts.push(part.length);
  }
  return { events, lines: counts };
}
