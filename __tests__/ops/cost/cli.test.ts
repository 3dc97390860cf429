import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CostReport } from "../../../ops/cost/cost";
import { Prices } from "../../../ops/cost/prices";
import table from "../../../ops/cost/prices.json";
import { synthesized } from "../../support/synthesized";

const ROOT = join(__dirname, "../../..");

function cost(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["lib/run-bundled.cjs", "ops/cost/cli.ts", ...args],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cost-cli-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("prints layers beside another system and the lab, dials, misfits and assumptions", async () => {
  const [dev, prod] = [await synthesized("dev"), await synthesized("prod")];
  const { status, stdout, stderr } = cost("--stack", prod, "--events-per-second", "1000", "--compare", dev);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("prod at 1,000 events a second of 187 bytes, 1 in a record, in month 12");
  expect(stdout).toMatch(/layer +│ +prod │ +dev │ +the lab/);
  expect(stdout).toMatch(/lake\.compression +│ gzip +│ none +│ +\+/);
  expect(stdout).toMatch(/^- speed\.volumeGiB: .* Remedy: /m);
  expect(stdout).toContain("- Prices of us-east-1 on 2026-11-29; the stack is in eu-west-1");
});

test("prints the same as JSON", async () => {
  const { status, stdout } = cost("--stack", await synthesized("dev"), "--events-per-second", "0", "--json");
  const report: CostReport = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(report.load).toEqual({ eventsPerSecond: 0, bytes: 187, pack: 1, months: 12 });
  expect(report.system.dollarsPerMonth).toBeGreaterThan(60);
  expect(report.lab.layers.network).toBeGreaterThan(100);
  expect(report).not.toHaveProperty("compared");
});

test("takes a table of prices of one's own, and refuses a wrong one", async () => {
  const dev = await synthesized("dev");
  const path = join(folder, "prices.json");
  const write = (change: object): void => writeFileSync(path, JSON.stringify({ ...table, ...change }));
  const priced = (name: string, usd: unknown) => ({
    prices: { ...table.prices, [name]: { usd, unit: "hours", source: "infracost" } },
  });
  write({ region: "eu-west-1", ...priced("kinesis.onDemandStreamHour", 1) });
  const { stdout } = cost("--stack", dev, "--events-per-second", "0", "--json", "--prices", path);
  const report: CostReport = JSON.parse(stdout);
  expect(report.system.layers.stream).toBe(730);
  expect(report.assumptions[0]).toBe("Prices of eu-west-1 on 2026-11-29; the stack is in eu-west-1.");

  const refusal = (change: object): string => {
    write(change);
    try {
      Prices.ofFile(path);
    } catch (error) {
      return String(error);
    }
    return "accepted";
  };
  expect(refusal({ prices: {} })).toMatch(/UsageError.*has no kinesis\.onDemandStreamHour/);
  expect(refusal(priced("kms.key", -1))).toMatch(/\["kms\.key"\]\.usd must be a number of 0 or more/);
  expect(refusal(priced("kms.key", "1"))).toMatch(/must be a number/);
  expect(refusal({ region: "" })).toMatch(/region must be a text/);
  expect(refusal({ sources: {} })).toMatch(/source must be one of/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no rate", ["dev"], /required option '--events-per-second <n>'/],
  ["a negative rate", ["dev", "--events-per-second", "-1"], /A number from 0/],
  ["a rate that is none", ["dev", "--events-per-second", "many"], /A number from 0/],
  ["no system", ["--events-per-second", "1"], /an environment or --stack is required/],
  ["no such environment", ["nope", "--events-per-second", "1"], /no environment "nope"/],
  ["no such folder", ["--stack", "/nowhere", "--events-per-second", "1"], /there is no cdk\.tf\.json/],
  ["a line of no bytes", ["dev", "--events-per-second", "1", "--bytes", "0"], /A whole number from 1/],
  ["a pack of none", ["dev", "--events-per-second", "1", "--pack", "0.5"], /A whole number from 1/],
  [
    "no such system to compare",
    ["dev", "--events-per-second", "1", "--compare", "nope"],
    /no environment "nope"/,
  ],
  [
    "no such prices",
    ["dev", "--events-per-second", "1", "--prices", "/nowhere"],
    /--prices \/nowhere: ENOENT/,
  ],
])("%s is a wrong command line: exit code 2", (_what, args, message) => {
  const { status, stdout, stderr } = cost(...args);
  expect({ status, stdout, lines: stderr.trim().split("\n").length }).toEqual({
    status: 2,
    stdout: "",
    lines: 1,
  });
  expect(stderr).toMatch(message);
});

test("a record that the stream does not take is a wrong command line", async () => {
  const args = ["--events-per-second", "1", "--bytes", "1000", "--pack", "2000"];
  const { status, stderr } = cost("--stack", await synthesized("dev"), ...args);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining("2,000,000 bytes, and the stream takes 1024 KiB: lower --pack"),
  });
});
