import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeServer } from "../../lib/loopback";
import { startKinesisServer } from "./kinesis-server";
import { comparison, type Measure, type MeasureSettings } from "./measure";
import { startWorker } from "./workers";

/** Lines of a round: making a catalogue of products, once a run, should not count. */
const ROUND_LINES = 100_000;

/** Synthetic lines to nothing, against `JSON.stringify` of ready rows. @param pack lines in a record */
export async function generation(
  lines: readonly string[],
  pack: number,
  settings: MeasureSettings,
): Promise<Measure> {
  const own = await startWorker("generation", "generator", { pack, lines: ROUND_LINES }, settings);
  const rows = { file: written(lines, settings), times: timesOf(lines) };
  const plain = await startWorker("JSON.stringify of ready rows", "plain-rows", rows, settings);
  try {
    return await comparison(`generation alone, ${pack} a record`, [own, plain], settings);
  } finally {
    own.stop();
    plain.stop();
  }
}

/** The rows of a CSV file to nothing, against `JSON.stringify` of ready rows. */
export async function csvReplay(
  inputFile: string,
  lines: readonly string[],
  settings: MeasureSettings,
): Promise<Measure> {
  const own = await startWorker("CSV replay", "generator", { inputFile, pack: 25 }, settings);
  const rows = { file: written(lines, settings), times: 1 };
  const plain = await startWorker("JSON.stringify of ready rows", "plain-rows", rows, settings);
  try {
    return await comparison("CSV replay", [own, plain], settings);
  } finally {
    own.stop();
    plain.stop();
  }
}

/** Lines that are ready in memory to a stream, against the SDK's client with ready buffers. @param pack lines in a record */
export async function sender(
  lines: readonly string[],
  pack: number,
  settings: MeasureSettings,
): Promise<Measure> {
  const { url, server } = await startKinesisServer();
  const input = { url, file: written(lines, settings), times: pack === 1 ? 1 : timesOf(lines), pack };
  const credentials = { AWS_ACCESS_KEY_ID: "benchmark", AWS_SECRET_ACCESS_KEY: "benchmark" };
  const own = await startWorker("sender", "sender", input, settings, credentials);
  const bare = await startWorker("the SDK's client, ready buffers", "bare-sdk", input, settings, credentials);
  try {
    return await comparison(`sender, ${pack} a record`, [own, bare], settings);
  } finally {
    own.stop();
    bare.stop();
    await closeServer(server);
  }
}

function timesOf(lines: readonly string[]): number {
  return Math.ceil(ROUND_LINES / lines.length);
}

function written(lines: readonly string[], { scratch }: MeasureSettings): string {
  const file = join(scratch, "lines.jsonl");
  writeFileSync(file, lines.join("\n"));
  return file;
}
