import { setTimeout as sleep } from "node:timers/promises";
import {
  CopyObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { LEASE_NAME, type LeaseState } from "../../lambdas/merge-small-files/lease";
import type { Outcome } from "../../lambdas/merge-small-files/outcome";
import type { MergeConfig } from "../../lambdas/merge-small-files/warehouse";
import { readEnvironment } from "../../lambdas/shared/env";
import { Random } from "../../loadgen/random";
import type { LocalRun } from "../../local/local-run";
import type { FunctionModel } from "../../local/plan/data-plane";
import { type Functions, startFunctions } from "../../local/services/lambda/functions/start-functions";
import { EngineError } from "../../local/services/opensearch/errors";
import { EngineGate } from "../support/engine-gate";
import type { FaultySearch } from "../support/faulty-search";

/** How often each fault was injected. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(fault: string, count = 1): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + count);
  }
}

const SEARCH_FAULT_MS = 6_000;
const SEARCH_QUIET_MS = 6_000;

/** Breaks the search engine in one way after another, with quiet times between, until the signal is given. */
export async function breakSearch(search: FaultySearch, tally: Tally, signal: AbortSignal): Promise<void> {
  const whole = (status: number, type: string) => () => {
    tally.add(`${status} for a bulk request`);
    const reason = "injected";
    return { status, body: { error: { type, reason, root_cause: [{ type, reason }] }, status } };
  };
  let items = 0;
  const ways = [
    () =>
      search.during({ onBulk: whole(429, "rejected_execution_exception") }, () =>
        rest(SEARCH_FAULT_MS, signal),
      ),
    () =>
      search.during(
        {
          onItem: () => {
            if (++items % 37 !== 0) return undefined;
            tally.add("429 for an item");
            return new EngineError(429, "rejected_execution_exception", "injected");
          },
        },
        () => rest(SEARCH_FAULT_MS, signal),
      ),
    () =>
      search.during({ onBulk: whole(503, "cluster_block_exception") }, () => rest(SEARCH_FAULT_MS, signal)),
    () => search.during({ onBulk: whole(403, "security_exception") }, () => rest(SEARCH_FAULT_MS, signal)),
    () => {
      tally.add("engine away");
      return search.down(() => rest(SEARCH_FAULT_MS, signal));
    },
    () =>
      search.during(
        {
          onBulk: () => {
            tally.add("connection of a bulk request broken");
            return "break the connection";
          },
        },
        () => rest(SEARCH_FAULT_MS, signal),
      ),
  ];
  for (let round = 0; !signal.aborted; round++) {
    await ways[round % ways.length]?.();
    await rest(SEARCH_QUIET_MS, signal);
  }
}

const KILL_EVERY_MS = 5_000;

/** Kills the processes of the functions, one function after another, until the signal is given. */
export async function killFunctions(run: LocalRun, tally: Tally, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    await rest(KILL_EVERY_MS, signal);
    const running = run.functions.stats().filter(({ processes }) => processes.length > 0);
    const victim = running[round % Math.max(1, running.length)];
    for (const { pid } of victim?.processes ?? []) {
      if (!kill(pid)) continue;
      tally.add(`kill -9 of ${victim?.functionName}`);
    }
  }
}

/** @returns whether there was such a process */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** How a function's error says that its process was killed, and that it did not answer in time. */
const KILLED = /signal: SIGKILL/;
const TIMED_OUT = /Sandbox\.Timedout/;

const DUPLICATE_EVERY_MS = 7_000;

/**
 * Delivers objects of the raw zone a second time, as a delivery stream may: into the same hour, and late, into the newest
 * hour, until the signal is given.
 */
export async function deliverTwice(
  s3: S3Client,
  { OLD_TABLE_LOCATION_PREFIX: { bucket, prefix } }: MergeConfig,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const random = new Random(11);
  for (let round = 0; !signal.aborted; round++) {
    await rest(DUPLICATE_EVERY_MS, signal);
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: prefix },
    )) {
      for (const { Key } of Contents) if (Key !== undefined && !Key.includes("/again-")) keys.push(Key);
    }
    const folderOf = (one: string): string => one.slice(0, one.lastIndexOf("/"));
    const newest = keys.map(folderOf).sort().at(-1);
    const earlier = keys.filter((one) => folderOf(one) !== newest);
    const isLate = round % 2 === 1 && earlier.length > 0;
    const some = isLate ? earlier : keys;
    const key = some[random.below(Math.max(1, some.length))];
    if (key === undefined || newest === undefined) continue;
    const folder = isLate ? newest : folderOf(key);
    await s3.send(
      new CopyObjectCommand({
        Bucket: bucket,
        CopySource: `${bucket}/${key}`,
        Key: `${folder}/again-${round}-${key.slice(key.lastIndexOf("/") + 1)}`,
      }),
    );
    tally.add(isLate ? "object delivered again, an hour late" : "object delivered twice");
  }
}

/** MergeSmallFiles with a gate before the engines, in processes of its own: it is killed there after each of its calls. */
export class Merges {
  readonly config: MergeConfig;
  /** Runs that ended by themselves. */
  ended = 0;
  private readonly gate: EngineGate;

  private constructor(
    private readonly model: FunctionModel,
    private readonly functions: Functions,
    gate: EngineGate,
    private readonly s3: S3Client,
    private readonly tally: Tally,
  ) {
    this.gate = gate;
    this.config = readEnvironment(ENVIRONMENT, model.environment);
  }

  /** @param endpoints of the run's services, by their variables' names */
  static async start(
    model: FunctionModel,
    endpoints: Readonly<Record<string, string>>,
    s3: S3Client,
    tally: Tally,
  ): Promise<Merges> {
    const gate = new EngineGate();
    const gated: Record<string, string> = { ...endpoints };
    for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_ATHENA", "AWS_ENDPOINT_URL_GLUE"]) {
      gated[name] = await gate.open(endpoints[name] ?? "");
    }
    const functions = await startFunctions([model], { baseEnvironment: gated });
    return new Merges(model, functions, gate, s3, tally);
  }

  /** Merges all the time, each run killed one writing call later than the one before, then two at once, and so on. */
  async withKills(signal: AbortSignal): Promise<void> {
    for (let number = 1; !signal.aborted; number++) {
      if (await this.killedAfter(number)) continue;
      number = 0;
      await this.freeLease();
      const outcomes = await Promise.all([this.run(), this.run()]);
      const busy = outcomes.filter((outcome) => outcome?.status === "busy").length;
      if (busy === 1) this.tally.add("second merge at once, told that one works");
      else this.tally.add("second merge after the first");
    }
  }

  /** Merges until the signal is given, without faults. */
  async steadily(everyMs: number, signal: AbortSignal): Promise<void> {
    await this.freeLease();
    while (!signal.aborted) {
      await this.run();
      await rest(everyMs, signal);
    }
  }

  async close(): Promise<void> {
    await this.functions.close();
    await this.gate.close();
  }

  private async run(): Promise<Outcome | undefined> {
    let outcome: Outcome;
    try {
      outcome = (await this.functions.invoke(this.model.arn, {})) as Outcome;
    } catch (error) {
      // A busy machine may start a process too slowly. As on Lambda, the next event of the schedule finds what is to do.
      if (!TIMED_OUT.test(String(error))) throw error;
      this.tally.add("merge that timed out");
      return undefined;
    }
    if (outcome.failed.length > 0) throw new Error(`a merge failed: ${JSON.stringify(outcome.failed)}`);
    this.ended++;
    return outcome;
  }

  /** @returns whether the run was killed: false when it ended before so many calls */
  private async killedAfter(number: number): Promise<boolean> {
    await this.freeLease();
    let calls = 0;
    let last: string | undefined;
    this.gate.keeper = {
      after: async ({ name, writes }) => {
        if (!writes || ++calls !== number) return;
        last = name.replace(/\d{4}-\d\d-\d\dT\d\d/, "<hour>");
        for (const { processes } of this.functions.stats()) for (const { pid } of processes) kill(pid);
      },
    };
    try {
      await this.run();
    } catch (error) {
      if (!KILLED.test(String(error))) throw error;
    } finally {
      this.gate.keeper = {};
    }
    if (last === undefined) return false;
    this.tally.add(`merge killed after ${last}`);
    return true;
  }

  /** As if the time of the lease had passed, after which a killed run no longer lives. */
  private async freeLease(): Promise<void> {
    const { bucket: Bucket, prefix } = this.config.STAGING_OUTPUT_PREFIX;
    const Key = prefix + LEASE_NAME;
    const found = await this.s3.send(new GetObjectCommand({ Bucket, Key })).catch(() => undefined);
    if (found?.Body === undefined) return;
    const lease = JSON.parse(await found.Body.transformToString()) as LeaseState;
    if (lease.holder === null) return;
    const Body = JSON.stringify({ ...lease, expiresAtMs: Date.now() - 1 });
    await this.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
}

/** Waits, unless the signal is given. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
