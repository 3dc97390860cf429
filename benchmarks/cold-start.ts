/**
 * Measures how large UpsertToES is and how long its cold start takes, as it is deployed and as it might be built
 * instead.
 *
 * npm run bench:cold-start -- --times 20
 *
 * A cold start is a new process until the function's code is loaded, on this machine's whole cores; Lambda gives a
 * share of one by the function's memory. The least of many is the cost of the code, without other load of the
 * machine.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { unzipSync, zipSync } from "fflate";
import { retailTransaction } from "../contract/retail-transaction";
import { contractVariable } from "../contract/variable";
import type { FunctionModel } from "../local/plan/data-plane";
import { startFunctions } from "../local/services/lambda/service";
import { BUNDLE_OPTIONS, bundleFunction } from "../modules/functions/bundle";

const ROOT = resolve(__dirname, "..");
const HANDLER = "lambdas/upsert-to-es/handler.ts";

/** A variant of the function's build. */
interface Variant {
  readonly name: string;
  readonly archivePath: string;
  readonly zipBytes: number;
  readonly codeBytes: number;
  /** Cold starts in milliseconds. */
  readonly times: number[];
}

/** Loads the SDK's S3 client with the function's code, not with the first line that is refused. */
const eagerS3: Plugin = {
  name: "eager S3",
  setup: (builder) => {
    builder.onLoad({ filter: /shared\/s3\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: `import * as eager from "@aws-sdk/client-s3";\n${readFileSync(path, "utf8").replace('require("./s3-client")', "eager")}`,
    }));
  },
};

/** The function, and all of the official client beside the parts of it that the function uses. */
const WHOLE_CLIENT = `
import { Client } from "@opensearch-project/opensearch";
export * from "./${HANDLER}";
export const client = Client;`;

/** As the product's own bundles. */
const AS_DEPLOYED: BuildOptions = { absWorkingDir: ROOT, ...BUNDLE_OPTIONS };

async function buildVariants(folder: string): Promise<Variant[]> {
  const entryPoints = [HANDLER];
  const source = (contents: string): BuildOptions => ({
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
  });
  const others: Readonly<Record<string, BuildOptions>> = {
    "no code at all: Node and its start": source("export const handler = async () => null;"),
    "names shortened too": { entryPoints, minify: true },
    "nothing minified": { entryPoints, minifySyntax: false, minifyWhitespace: false },
    "S3 client in the same file": { entryPoints, external: [] },
    "S3 client loaded at the start": { entryPoints, plugins: [eagerS3] },
    "whole OpenSearch client": source(WHOLE_CLIENT),
  };
  const variants = [variantOf("as it is deployed", bundleFunction("upsert-to-es").path)];
  for (const [name, options] of Object.entries(others)) {
    const { outputFiles } = await build({ ...AS_DEPLOYED, ...options, write: false });
    const path = join(folder, `${variants.length}.zip`);
    writeFileSync(path, zipSync({ "index.js": outputFiles[0]?.contents ?? new Uint8Array() }, { level: 9 }));
    variants.push(variantOf(name, path));
  }
  return variants;
}

function variantOf(name: string, archivePath: string): Variant {
  const zip = readFileSync(archivePath);
  return {
    name,
    archivePath,
    zipBytes: zip.length,
    codeBytes: unzipSync(zip)["index.js"]?.length ?? 0,
    times: [],
  };
}

async function coldStart({ archivePath }: Variant): Promise<number> {
  const model: FunctionModel = {
    address: "aws_lambda_function.UpsertToES",
    name: "UpsertToES",
    arn: "arn:aws:lambda:eu-west-1:000000000000:function:UpsertToES",
    roleArn: "arn:aws:iam::000000000000:role/UpsertToES-execution",
    archivePath,
    handler: "index.handler",
    runtime: "nodejs22.x",
    timeoutSeconds: 300,
    memoryMiB: 512,
    environment: {
      ES_HOST: "http://127.0.0.1:9",
      ES_INDEX: "retail",
      REGION_NAME: "eu-west-1",
      QUARANTINE_LOCATION: "s3://lake/quarantine/",
      CONTRACT: contractVariable(retailTransaction),
    },
  };
  const functions = await startFunctions([model], { baseEnvironment: {} });
  try {
    await functions.invoke(model.arn, { Records: [] });
    return functions.stats()[0]?.coldStartTotal ?? Number.NaN;
  } finally {
    await functions.close();
  }
}

async function measure(times: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-bench-"));
  try {
    const variants = await buildVariants(folder);
    for (let round = 0; round < times; round++) {
      for (const variant of variants) variant.times.push(await coldStart(variant));
    }
    const table = new Table({
      head: ["", "zip KB", "code KB", "least ms", "median ms"],
      colAligns: ["left", "right", "right", "right", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const { name, zipBytes, codeBytes, times: measured } of variants) {
      const sorted = [...measured].sort((a, b) => a - b);
      const at = (share: number): string =>
        (sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(0);
      table.push([name, (zipBytes / 1_000).toFixed(0), (codeBytes / 1_000).toFixed(0), at(0), at(0.5)]);
    }
    process.stdout.write(`${table.toString()}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { times } = new Command("npm run bench:cold-start --")
  .option("--times <number>", "cold starts of each variant", Number, 20)
  .parse()
  .opts<{ times: number }>();

measure(times).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
