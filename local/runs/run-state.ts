import type { TableNames } from "../../contract/define";
import { LOCAL_CREDENTIALS } from "../services/credentials";

/** A schedule of a run, when its last event had ended. */
interface ScheduleState {
  readonly name: string;
  /** Time of the next event, ms since 1970; absent for a disabled schedule. In the past: that event is in progress. */
  readonly nextAt?: number;
  /** Why the last event failed. */
  readonly error?: string;
}

/** What other commands need to reach a local run. It has no secret: the run's credentials are the same everywhere. */
export interface RunState {
  /** Format of the file. */
  readonly format: typeof RUN_STATE_FORMAT;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The environment or the stack. */
  readonly name: string;
  /** Absolute path. */
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  readonly timeScale: number;
  /** Milliseconds after its arrival by which a line should be in every layer. */
  readonly settleMs: number;
  /** URL of each service, by the variable of the AWS SDKs. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly searchUrl: string;
  readonly pageUrl?: string;
  /** The contract's variable, as the functions have it. */
  readonly contract: string;
  readonly stream: { readonly name: string; readonly retentionHours: number };
  readonly lakeBucket: string;
  /** Absent without a batch layer. */
  readonly tables?: TableNames;
  readonly analysts?: { readonly workgroup: string; readonly database: string };
  /** First part of the indices' names; absent without a speed layer. */
  readonly index?: string;
  readonly functions: readonly string[];
  readonly schedules: readonly ScheduleState[];
  /** Invocations of the deploy that failed, a sentence each. */
  readonly failedInvocations: readonly string[];
}

/** Raised when a member changes its meaning: commands of another version then say so. */
export const RUN_STATE_FORMAT = 1;

/** The variables with which any AWS SDK or CLI uses a run; the search engine's is for other clients. */
export function runVariables({
  region,
  endpoints,
  searchUrl,
}: Pick<RunState, "region" | "endpoints" | "searchUrl">): Readonly<Record<string, string>> {
  return {
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    ...endpoints,
    OPENSEARCH_URL: searchUrl,
  };
}

/** Variables that an AWS SDK would prefer to {@link runVariables}, or send along with them. */
export const OTHER_CREDENTIALS = ["AWS_PROFILE", "AWS_SESSION_TOKEN"] as const;

/** `export` lines for a shell. */
export function exportLines(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
}
