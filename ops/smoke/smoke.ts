import { setTimeout as sleep } from "node:timers/promises";
import { smokeQuery } from "../../dashboards/search";
import { smokeSql } from "../../dashboards/smoke";
import { messageOf } from "../../lib/message-of";
import type { Put } from "../../loadgen/put";
import { readDiscardedLines } from "../reconcile/on-failure-records";
import { quarantineOf } from "../reconcile/quarantine";
import type { SystemSources } from "../reconcile/reconcile";
import { readIndex } from "../reconcile/search-lines";
import { recordsBetween } from "../reconcile/stream-records";
import { readTable } from "../reconcile/tables";
import type { Window } from "../reconcile/window";
import { ExpectedLines, type Found } from "./expected";
import { type SmokeContract, smokeRecords } from "./lines";
import { type SentRecord, sendRecords } from "./send";

/** The verdict about a part of the system. */
export interface Part {
  readonly name: string;
  /** `unknown`: it could not be looked at. `not here`: the endpoint has no such service. */
  readonly verdict: "ok" | "failed" | "unknown" | "not here";
  /** Seconds from the last acknowledgement until the part had everything, as far as the last look saw. */
  readonly seconds?: number;
  readonly detail: string;
}

/** Alarms that are in ALARM, by name: the system's, and others of the region; a text instead where they cannot be read. */
export type Alarms =
  | { readonly names: readonly string[]; readonly others: readonly string[] }
  | { readonly verdict: "unknown" | "not here"; readonly detail: string };

/** Ports of {@link smoke}. */
export interface SmokePorts {
  readonly contract: SmokeContract;
  readonly put: Put;
  readonly sources: SystemSources;
  /** Why layers that the system has are not among the sources, by name of the part. */
  readonly notReached: Readonly<Record<string, string>>;
  readonly alarms: () => Promise<Alarms>;
  /** What is wrong with the objects in OpenSearch Dashboards; absent where they cannot be reached. */
  readonly dashboards?: () => Promise<{ readonly objects: number; readonly faults: readonly string[] }>;
  /** Longest time to wait for the layers, in milliseconds. */
  readonly waitMs: number;
  /** Called with each verdict, when it is there. */
  readonly onPart: (part: Part) => void;
  /** Identifies the test in its lines. */
  readonly run: string;
  readonly signal: AbortSignal;
}

/** The clocks of the stream and of this machine may differ, so the layers are read with this margin. */
const MARGIN_MS = 5 * 60_000;
/** Pauses between two looks at the layers: each costs a query of 10 MB at least. */
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 20_000;
const REST_GROWTH = 1.5;

/**
 * Sends the lines of a smoke test and follows exactly these through every layer. It deletes nothing: panels and saved queries leave
 * the lines out.
 * @returns a verdict of each part, in the order in which they were reached
 * @throws OperatorError when the contract marks no smoke lines; what the stream answers to puts that it does not take
 */
export async function smoke(ports: SmokePorts): Promise<readonly Part[]> {
  const { contract, put, sources, onPart, run, signal } = ports;
  const parts: Part[] = [];
  const say = (part: Part): void => {
    parts.push(part);
    onPart(part);
  };
  const before = await ports.alarms();
  const fromMs = Date.now() - MARGIN_MS;
  const records = smokeRecords(contract, run, Date.now());
  const sent = await sendRecords(put, records);
  const sentAt = Date.now();
  const seconds = (): number => (Date.now() - sentAt) / 1_000;
  const window = { fromMs, toMs: sentAt + MARGIN_MS, minutesPerHour: 60 };

  const expected = new ExpectedLines(contract, sent);
  const { kinesis, streamName } = sources;
  const reads = [...rangesOf(sent)].map(async ([shardId, range]) => {
    for await (const record of recordsBetween(kinesis, streamName, shardId, range))
      expected.addRecord(record);
  });
  await Promise.all(reads);
  const lines = sent.reduce((sum, one) => sum + one.lines, 0);
  const isWhole = expected.streamLines === lines;
  say({
    name: "stream",
    verdict: isWhole ? "ok" : "failed",
    seconds: seconds(),
    detail: `${expected.streamLines} of ${lines} acknowledged lines in ${sent.length} records`,
  });

  const looks = layersOf(ports, expected, window);
  if (expected.streamLines === 0) {
    const detail = "the stream has none of the lines, so it is not known what to look for";
    for (const name of looks.keys()) say({ name, verdict: "unknown", detail });
    looks.clear();
  }
  const end = sentAt + ports.waitMs;
  for (
    let rest = FIRST_REST_MS;
    looks.size > 0 && !signal.aborted;
    rest = Math.min(rest * REST_GROWTH, LONGEST_REST_MS)
  ) {
    const isLast = Date.now() >= end;
    for (const [name, look] of looks) {
      const found = await look().catch(
        (error: unknown): Look => ({ state: "waits", detail: messageOf(error) }),
      );
      if (found.state === "waits" && !isLast) continue;
      looks.delete(name);
      say({
        name,
        verdict: found.state === "ok" ? "ok" : "failed",
        seconds: seconds(),
        detail: found.detail,
      });
    }
    if (looks.size > 0 && !isLast)
      await sleep(Math.min(rest, Math.max(0, end - Date.now())), undefined, { signal }).catch(
        () => undefined,
      );
  }
  for (const [name, detail] of Object.entries(ports.notReached)) say({ name, verdict: "unknown", detail });
  if (ports.dashboards) say(await dashboardsPart(ports.dashboards));
  say(alarmsPart(before, await ports.alarms()));
  return parts;
}

/** The smallest and the largest sequence number of the records in each shard; as texts they need not sort. */
function rangesOf(
  sent: readonly SentRecord[],
): Map<string, { readonly first: bigint; readonly last: bigint }> {
  const ranges = new Map<string, { readonly first: bigint; readonly last: bigint }>();
  for (const { shardId, sequenceNumber } of sent) {
    const at = BigInt(sequenceNumber);
    const { first, last } = ranges.get(shardId) ?? { first: at, last: at };
    ranges.set(shardId, { first: at < first ? at : first, last: at > last ? at : last });
  }
  return ranges;
}

/** What a look at a layer saw; `failed`: waiting longer cannot mend it. */
interface Look {
  readonly state: "ok" | "waits" | "failed";
  readonly detail: string;
}

function layersOf(
  { contract, sources }: SmokePorts,
  expected: ExpectedLines,
  window: Window,
): Map<string, () => Promise<Look>> {
  const { batch, search, failures } = sources;
  const excluded = smokeSql(contract);
  const onlySql = excluded === undefined ? undefined : `NOT (${excluded})`;
  const looks = new Map<string, () => Promise<Look>>();
  /** Lines that a layer put into quarantine although they keep the contract; nobody takes them out again. */
  const refusedGood = async (layer: string): Promise<Look | undefined> => {
    const quarantine = await quarantineOf({ batch, failures }, window);
    for (const [id, line] of quarantine) {
      if (!expected.has(id) || expected.refused.has(id) || !line.layers.includes(layer)) continue;
      return { state: "failed", detail: `put a good line into quarantine: ${line.reason}: ${line.detail}` };
    }
    return undefined;
  };
  const table = (name: string, mayRepeat: boolean) => async (): Promise<Look> => {
    const layer = expected.layer();
    if (batch) await readTable(batch.sql, name, contract, (id, sum) => layer.add(id, sum), window, onlySql);
    const look = lookOf(layer.found(mayRepeat), expected.storedLines);
    if (look.state === "waits") return (await refusedGood("batch")) ?? look;
    const numbering = layer.numbering();
    const numbered = numbering === undefined ? "" : `; user records numbered ${numbering}`;
    return { ...look, detail: look.detail + numbered };
  };
  if (batch) looks.set("raw zone", table(batch.tables.json, true));
  if (search) {
    looks.set("index", async () => {
      // A redrive deletes a batch when its lines are in the index or in quarantine, which are read after it.
      const discarded = failures && (await readDiscardedLines(failures, contract, window));
      const layer = expected.layer();
      await readIndex(search.client, search.indexPattern, contract, (id, sum) => layer.add(id, sum), {
        window,
        only: smokeQuery(contract),
      });
      const look = lookOf(layer.found(false), expected.storedLines);
      if (look.state !== "waits" || discarded === undefined) return look;
      const lost = [...discarded].filter(([id]) => expected.has(id) && !layer.has(id));
      const [first] = lost;
      if (first === undefined) return (await refusedGood("speed")) ?? look;
      const [, { condition, location }] = first;
      return {
        state: "failed",
        detail: `UpsertToES discarded ${lost.length} lines: ${condition}, ${location}`,
      };
    });
  }
  looks.set("quarantine", async () => {
    const quarantine = await quarantineOf({ batch, failures }, window);
    const layers = [...(batch ? ["batch"] : []), ...(search ? ["speed"] : [])];
    const there = [...expected.refused].filter(([id]) => quarantine.has(id));
    const wrong = there.find(([id, reason]) => quarantine.get(id)?.reason !== reason);
    if (wrong)
      return {
        state: "failed",
        detail: `gives the reason ${quarantine.get(wrong[0])?.reason}, not ${wrong[1]}`,
      };
    const waiting = layers.filter((layer) => {
      return [...expected.refused.keys()].some((id) => !quarantine.get(id)?.layers.includes(layer));
    });
    const detail = `${there.length} of ${expected.refused.size} refused lines, each with its reason`;
    if (waiting.length === 0) return { state: "ok", detail: `${detail}, from ${layers.join(" and ")} layer` };
    return { state: "waits", detail: `${detail}; not all from the ${waiting.join(" and the ")} layer` };
  });
  if (batch) looks.set("Parquet", table(batch.tables.parquet, false));
  return looks;
}

function lookOf({ present, missing, altered, twice }: Found, of: number): Look {
  const detail = `${present} of ${of} lines`;
  if (altered.length > 0)
    return { state: "failed", detail: `${detail}; ${altered.length} altered, such as ${altered[0]}` };
  if (twice.length > 0)
    return { state: "failed", detail: `${detail}; ${twice.length} twice, such as ${twice[0]}` };
  return { state: missing === 0 ? "ok" : "waits", detail };
}

async function dashboardsPart(read: NonNullable<SmokePorts["dashboards"]>): Promise<Part> {
  const name = "Dashboards";
  try {
    const { objects, faults } = await read();
    if (faults.length > 0) return { name, verdict: "failed", detail: faults.join("; ") };
    return { name, verdict: "ok", detail: `${objects} saved objects, and every panel's search is answered` };
  } catch (error) {
    return { name, verdict: "failed", detail: messageOf(error) };
  }
}

/** The verdict about the alarms: only those of the system decide. */
export function alarmsPart(before: Alarms, after: Alarms): Part {
  const name = "alarms";
  if ("verdict" in after) return { name, ...after };
  if ("verdict" in before) return { name, ...before };
  const raised = after.names.filter((alarm) => !before.names.includes(alarm));
  const lasting = after.names.filter((alarm) => before.names.includes(alarm));
  const foreign = after.others.filter((alarm) => !before.others.includes(alarm));
  const old = lasting.length === 0 ? "" : `; in ALARM before, too: ${lasting.join(", ")}`;
  const beside = foreign.length === 0 ? "" : `; not of this system, went into ALARM: ${foreign.join(", ")}`;
  if (raised.length > 0)
    return { name, verdict: "failed", detail: `went into ALARM: ${raised.join(", ")}${old}${beside}` };
  return { name, verdict: "ok", detail: `none went into ALARM${old}${beside}` };
}
