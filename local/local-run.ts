import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import type { TableNames } from "../contract/define";
import { isRetail } from "../contract/retail-transaction";
import { freePorts } from "../lib/free-ports";
import { LOOPBACK } from "../lib/loopback";
import { messageOf } from "../lib/message-of";
import { endsWithin, settled, unlessAborted } from "../lib/pause";
import type { DataSources } from "../ops/reconcile/reconcile";
import { retailSummary } from "../ops/reconcile/retail-summary";
import { athenaSql } from "../ops/reconcile/sql";
import type { BatchSource } from "../ops/reconcile/tables";
import { LatencySampler } from "./latency";
import { startBehindGate } from "./opensearch/behind-gate";
import type { BeginPhase, EndPhase } from "./phases";
import { contractOf, type StackContract } from "./plan/contract";
import type { DataPlane, Service } from "./plan/data-plane";
import { readDataPlane } from "./plan/read-data-plane";
import type { StackSource } from "./plan/stack-source";
import { summarizeNotHonoured } from "./plan/summary";
import type { Numbering } from "./plan/user-record-numbers";
import { type RunSource, stackOf } from "./run-source";
import { exportLines, runVariables } from "./runs/run-state";
import { startAthena } from "./services/athena/service";
import { localS3, localSearch } from "./services/clients";
import { LOCAL_CREDENTIALS, masterRoleOf, principalsOf } from "./services/credentials";
import { type DeliveryStream, startDeliveryStream } from "./services/firehose/service";
import { type KinesisService, startKinesis } from "./services/kinesis/service";
import {
  type EventSourceMapping,
  type Functions,
  startEventSourceMapping,
  startFunctions,
  startLambda,
} from "./services/lambda/service";
import { startSearchDouble } from "./services/opensearch/service";
import { startS3 } from "./services/s3/service";
import { type Schedule, type ScheduleOutcome, startSchedule } from "./services/scheduler/service";
import { startSts } from "./services/sts/service";
import { openStore, type Store } from "./store/store";

/** Options for running a data plane. */
interface RunOptions {
  /** Folder of all data, an absolute path. */
  readonly dataDir: string;
  /** Divisor of the delivery stream's buffer interval and the schedule's period. */
  readonly timeScale: number;
  /** Subsequence numbers that the delivery stream gives to aggregated user records. @default ordered */
  readonly numbering?: Numbering;
  /** The services take consecutive ports from here; 0: free ones. */
  readonly firstPort: number;
  /** Receives progress messages for the operator. */
  readonly say: (message: string) => void;
  /** Begins a phase of the start, for the operator. @default phases are not shown */
  readonly phase?: BeginPhase;
  /** Lists each property that is not honoured, and the answers of the deploy's invocations. @default their number */
  readonly explain?: boolean;
  /** Called when {@link LocalRun.schedules} or {@link LocalRun.outcomes} have changed. */
  readonly onSchedules?: () => void;
  /** Interrupts the start. */
  readonly signal?: AbortSignal;
}

/** Options for starting a local run. */
export interface LocalRunOptions extends RunOptions {
  /** The environment whose Terraform is synthesized and run, or a stack that was synthesized elsewhere, or is just now. */
  readonly source: RunSource | Promise<StackSource>;
  /**
   * The search engine: the double in this process, or a real OpenSearch, assembled and started for the run.
   * @default embedded
   */
  readonly search?: "embedded" | "opensearch";
  /** URL of a running engine, instead of either. */
  readonly searchUrl?: string;
}

/** How analysts query the tables of a batch layer. */
export interface Analysts {
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
  readonly workgroup: string;
  readonly database: string;
}

/** The data plane of an environment, running. */
export interface LocalRun extends Service {
  readonly plane: DataPlane;
  readonly dataDir: string;
  /** Data sources of the reconciliation. */
  readonly dataSources: DataSources;
  /** URL of each service, by the variable of the AWS SDKs. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** `export` lines for a shell, so that any AWS SDK or CLI uses this run. */
  readonly exports: readonly string[];
  readonly functions: Functions;
  readonly deliveryStreams: readonly DeliveryStream[];
  readonly eventSourceMappings: readonly EventSourceMapping[];
  /** Counts of records put into the streams. */
  readonly puts: KinesisService["puts"];
  /** Absent where the stack has no batch layer. */
  readonly analysts?: Analysts;
  readonly schedules: readonly Schedule[];
  /** The deploy's invocations that failed and that no data waits for: a sentence each. With them the deploy fails. */
  readonly failedInvocations: readonly string[];
  /** The last outcome of each schedule, by its name. */
  readonly outcomes: ReadonlyMap<string, ScheduleOutcome>;
  /** Absent where the speed layer is switched off. */
  readonly latency?: LatencySampler;
  readonly streamUrl: string;
  /** The stream as the run's own parts read it. */
  readonly streamSource: KinesisService["source"];
  readonly searchUrl: string;
  readonly timeScale: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly say: (message: string) => void;
  /** Statistics of the services, for the report. */
  statistics(): Readonly<Record<string, unknown>>;
}

/** Opens services in the order of the data and closes them in reverse, also when opening one fails. */
class Services {
  protected readonly opened: Service[] = [];
  protected closed = false;

  /** @throws Error when all was closed meanwhile */
  public async open<S extends Service>(starting: Promise<S>): Promise<S> {
    const service = await starting;
    if (this.closed) {
      await service.close();
      throw new Error("the start was interrupted");
    }
    this.opened.push(service);
    return service;
  }

  /** Registers a client of open services, so that its connections are closed before them. */
  public client<C extends { destroy(): void }>(client: C): C {
    this.opened.push({ close: async () => client.destroy() });
    return client;
  }

  public async close(): Promise<void> {
    this.closed = true;
    for (let service = this.opened.pop(); service; service = this.opened.pop()) await service.close();
  }
}

/** What reads the stream and fires schedules. They are closed together, because each waits for its work in progress. */
class Consumers extends Services {
  public override async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.opened.splice(0).map((consumer) => consumer.close()));
  }
}

/**
 * Runs the data plane that an environment's or a stack's Terraform describes.
 * @throws OperatorError, StoreDamageError when the data directory cannot be used; Error naming the resource or property that this machine cannot run, or a port that is taken.
 */
export function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  return openAll(options, async (services, store) => {
    const startedAt = Date.now();
    const stack = await stackOf(options.source, options.dataDir, options.signal);
    const started = beginPhase(options, "starting the services");
    const { plane, searchUrl } = await openSearch(stack, options, services, store);
    return start(plane, searchUrl, startedAt, options, services, store, started);
  });
}

/** Opens the requested search engine, and reads the data plane, which contains its address. */
async function openSearch(
  stack: StackSource,
  options: LocalRunOptions,
  services: Services,
  store: Store,
): Promise<{ readonly plane: DataPlane; readonly searchUrl: string }> {
  const { dataDir, search = "embedded", say, signal } = options;
  const read = (searchUrl: string) => ({
    searchUrl,
    plane: readDataPlane(stack.directory, { searchEndpoint: searchUrl }, stack.variables, stack.planned),
  });
  if (options.searchUrl !== undefined) return read(options.searchUrl);
  const chosenPort = portOf(options, 3);
  if (search === "embedded") {
    const double = startSearchDouble({ store, port: chosenPort });
    return read((await services.open(double)).url);
  }
  // The engine needs the master role from the Terraform, and the Terraform needs the engine's address.
  const [port = 0] = chosenPort === 0 ? await freePorts(1) : [chosenPort];
  const opened = read(`http://${LOOPBACK}:${port}`);
  await services.open(
    startBehindGate({
      folder: join(dataDir, "opensearch"),
      region: opened.plane.region,
      principals: principalsOf(opened.plane),
      masterRoleArn: masterRoleOf(opened.plane),
      port,
      say,
      ...(signal && { signal }),
    }),
  );
  return opened;
}

/**
 * Runs a data plane that was read from a synthesized stack, against a running search engine.
 * @throws OperatorError, StoreDamageError when the data directory cannot be used; Error for a port that is taken, and when an invocation of the deploy fails on which an event source mapping depends.
 */
export function runDataPlane(plane: DataPlane, searchUrl: string, options: RunOptions): Promise<LocalRun> {
  return openAll(options, (services, store) => {
    const started = beginPhase(options, "starting the services");
    return start(plane, searchUrl, Date.now(), options, services, store, started);
  });
}

function beginPhase({ phase }: RunOptions, doing: string): EndPhase {
  return phase?.(doing) ?? (() => undefined);
}

/**
 * Opens the store, then services; closes them again when opening one fails, or at once when the signal is aborted
 * meanwhile.
 */
async function openAll(
  { dataDir, signal }: RunOptions,
  open: (services: Services, store: Store) => Promise<LocalRun>,
): Promise<LocalRun> {
  const services = new Services();
  const store = openStore(dataDir);
  await services.open(Promise.resolve({ close: async () => store.close() }));
  const opening = open(services, store);
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    await services.close();
    // It fails at its next step, for want of what was closed; until then it may still write into the data directory.
    await endsWithin(settled(opening), OPENING_GRACE_MS);
    throw error;
  }
}

/** Time that an interrupted start gets to end. */
const OPENING_GRACE_MS = 1_500;

/** The port of the service at this offset; 0, for a free port, stays 0. */
function portOf({ firstPort }: RunOptions, offset: number): number {
  return firstPort === 0 ? 0 : firstPort + offset;
}

/**
 * Makes the deploy's invocations, in order.
 * @returns those that failed: a sentence each
 * @throws the error of an invocation that an event source mapping depends on, because it would not be created
 */
async function invokeAll(
  { eventSourceMappings, invocations }: DataPlane,
  invoke: Functions["invoke"],
  { say, explain = false }: Pick<RunOptions, "say" | "explain">,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { functionArn, input, address } of invocations) {
    try {
      const answer = await invoke(functionArn, input);
      if (explain) say(`${address}: ${JSON.stringify(answer)}`);
    } catch (error) {
      if (eventSourceMappings.some(({ dependsOn }) => dependsOn.includes(address))) throw error;
      const failure = `${address} failed: ${messageOf(error)}`;
      failures.push(failure);
      say(`${failure}; data flows, and the deploy has failed`);
    }
  }
  return failures;
}

async function start(
  plane: DataPlane,
  searchUrl: string,
  startedAt: number,
  options: RunOptions,
  services: Services,
  store: Store,
  started: EndPhase,
): Promise<LocalRun> {
  const { dataDir, timeScale, say, explain = false } = options;
  const port = (offset: number): number => portOf(options, offset);
  if (explain) {
    say("properties of the Terraform that are not honoured here:");
    for (const line of summarizeNotHonoured(plane.notHonoured)) say(`  ${line}`);
    say(
      `time scale ${timeScale}: the delivery stream's buffer interval and the schedule are divided by it, nothing else`,
    );
  }

  const { region } = plane;
  const stream = await services.open(startKinesis({ models: plane.streams, store, port: port(0) }));
  const objects = await services.open(
    startS3({ buckets: plane.buckets, region, store, dataDir: join(dataDir, "objects"), port: port(1) }),
  );
  const s3 = services.client(localS3(objects.url, region));
  const sql = await services.open(
    startAthena({
      plane,
      objects: objects.files,
      put: objects.put,
      store,
      dataDir: join(dataDir, "catalog"),
      port: port(2),
    }),
  );
  const sts = await services.open(startSts({ accountId: plane.accountId, port: port(6) }));
  const endpoints = {
    AWS_ENDPOINT_URL_KINESIS: stream.url,
    AWS_ENDPOINT_URL_S3: objects.url,
    AWS_ENDPOINT_URL_ATHENA: sql.url,
    AWS_ENDPOINT_URL_GLUE: sql.url,
    AWS_ENDPOINT_URL_STS: sts.url,
    // Every other service.
    AWS_ENDPOINT_URL: sts.url,
  };
  const functions = await services.open(
    startFunctions(plane.functions, { baseEnvironment: endpoints, logDir: join(dataDir, "logs") }),
  );
  const lambda = await services.open(
    startLambda({ functions: plane.functions, invoke: functions.invoke, port: port(4) }),
  );
  started("services started: Kinesis, S3, Athena, Glue, Lambda, STS, OpenSearch");
  const deployed = beginPhase(options, "deploying the stack");
  const failedInvocations = await invokeAll(plane, functions.invoke, options);

  const consumers = await services.open(Promise.resolve(new Consumers()));
  const { source } = stream;
  const deliveryStreams: DeliveryStream[] = [];
  for (const model of plane.deliveryStreams) {
    const context = { source, s3, invoke: functions.invoke, store, timeScale };
    const { numbering = "ordered" } = options;
    deliveryStreams.push(
      await consumers.open(startDeliveryStream(model, { ...context, numbering, onNotice: say })),
    );
  }
  const eventSourceMappings: EventSourceMapping[] = [];
  for (const model of plane.eventSourceMappings) {
    const context = { source, s3, invoke: functions.invoke, store };
    eventSourceMappings.push(
      await consumers.open(startEventSourceMapping(model, { ...context, onNotice: say })),
    );
  }
  // A record that was put before would be missing from every consumer that begins at LATEST.
  stream.acceptPuts();
  const outcomes = new Map<string, ScheduleOutcome>();
  const schedules: Schedule[] = [];
  for (const model of plane.schedules) {
    const onOutcome = (outcome: ScheduleOutcome): void => {
      outcomes.set(model.name, outcome);
      options.onSchedules?.();
      if (!outcome.ok) say(`${model.name} failed: ${outcome.error.message}`);
    };
    const schedule = startSchedule(model, functions.invoke, { timeScale, onOutcome });
    schedules.push(await consumers.open(Promise.resolve(schedule)));
  }

  const known = contractOf(plane);
  const analysts = known.tables && analystsOf(plane, sql.url, services);
  const dataSources = dataSourcesOf(plane, known, { kinesis: stream.client, s3, searchUrl, analysts });
  const { search } = dataSources;
  if (search) await services.open(Promise.resolve({ close: () => search.client.close() }));
  const latency =
    search &&
    (await services.open(Promise.resolve(new LatencySampler(search.client, search.indexPattern, say))));
  deployed(`stack deployed: ${plane.functions.length} functions, ${plane.tables.length} tables`);
  const all = { ...endpoints, AWS_ENDPOINT_URL_LAMBDA: lambda.url };
  return {
    plane,
    dataDir,
    functions,
    deliveryStreams,
    eventSourceMappings,
    puts: stream.puts,
    ...(analysts && { analysts }),
    schedules,
    outcomes,
    failedInvocations,
    streamUrl: stream.url,
    streamSource: source,
    searchUrl,
    timeScale,
    startedAt,
    say,
    dataSources,
    ...(latency && { latency }),
    endpoints: all,
    exports: exportLines(runVariables({ region, endpoints: all, searchUrl })),
    statistics: () => ({
      latency: latency?.latency(),
      delivery: deliveryStreams.map((delivery) => ({ name: delivery.model.name, ...delivery.progress() })),
      mappings: eventSourceMappings.map((mapping) => ({
        address: mapping.model.address,
        ...mapping.progress(),
      })),
      functions: functions.stats(),
      metrics: functions.metrics(),
    }),
    close: () => services.close(),
  };
}

/**
 * Clients for the analysts' workgroup, which is the one that enforces its settings, and their database.
 * @throws Error when the stack has tables and not those
 */
function analystsOf({ workgroups, databases, region }: DataPlane, url: string, services: Services): Analysts {
  const workgroup = workgroups.find(({ enforced }) => enforced);
  const [database] = databases;
  if (workgroup === undefined || database === undefined) {
    throw new Error("the Terraform has no database, or no Athena workgroup that enforces its settings");
  }
  const client = { endpoint: url, region, credentials: LOCAL_CREDENTIALS };
  return {
    athena: services.client(new AthenaClient(client)),
    glue: services.client(new GlueClient(client)),
    workgroup: workgroup.name,
    database,
  };
}

interface SourceClients {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly searchUrl: string;
  readonly analysts: Analysts | undefined;
}

/** What a reconciliation of the run reads: the layers that the stack has. */
function dataSourcesOf(
  plane: DataPlane,
  { contract, tables, index }: StackContract,
  { kinesis, s3, searchUrl, analysts }: SourceClients,
): DataSources {
  const [stream, ...others] = plane.streams;
  const bucket = plane.eventSourceMappings.find(({ onFailureBucket }) => onFailureBucket)?.onFailureBucket;
  if (stream === undefined) throw new Error("the Terraform has no stream");
  if (others.length > 0) {
    const names = plane.streams.map(({ name }) => name).join(", ");
    throw new Error(
      `the stack has the streams ${names}; the commands take a stack of one system: synthesize each in a stack of its own`,
    );
  }
  return {
    kinesis,
    streamName: stream.name,
    retentionHours: stream.retentionHours,
    contract,
    ...(isRetail(contract) && { summary: retailSummary }),
    ...(tables && analysts && { batch: batchSource(tables, analysts, s3) }),
    ...(index !== undefined && {
      search: { client: localSearch(searchUrl, plane.region), indexPattern: `${index}*` },
    }),
    ...(bucket !== undefined && { failures: { s3, bucket } }),
  };
}

function batchSource(
  tables: TableNames,
  { athena, workgroup, database }: Analysts,
  s3: S3Client,
): BatchSource {
  return {
    sql: athenaSql(athena, s3, workgroup, database),
    tables: { json: tables.raw, parquet: tables.merged, quarantine: tables.quarantine },
  };
}
