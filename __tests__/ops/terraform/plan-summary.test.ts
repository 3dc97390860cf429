import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { JsonObject } from "../../../lib/json";
import { OperatorError } from "../../../lib/operator-error";
import { REMOVABLE, STATEFUL } from "../../../modules/stateful";
import { markdownOf } from "../../../ops/terraform/plan-markdown";
import { summarize } from "../../../ops/terraform/plan-summary";

interface Entry {
  readonly address: string;
  readonly type: string;
  readonly mode?: string;
  readonly previous_address?: string;
  readonly change: object;
}

function entry(address: string, actions: string[], change: object = {}, more: Partial<Entry> = {}): Entry {
  const type = address.split(".")[0] ?? "";
  return { address, type, mode: "managed", change: { actions, before: {}, after: {}, ...change }, ...more };
}

function plan(entries: readonly Entry[], more: object = {}): JsonObject {
  return JSON.parse(JSON.stringify({ format_version: "1.2", resource_changes: entries, ...more }));
}

const summaryOf = (...entries: Entry[]) => summarize(plan(entries));

describe("a plan's summary", () => {
  test.each<[string, string[], object, string | undefined]>([
    ["adds", ["create"], {}, "create"],
    ["changes", ["update"], {}, "update"],
    ["removes", ["delete"], {}, "delete"],
    ["replaces, removing first", ["delete", "create"], {}, "replace"],
    ["replaces, making first", ["create", "delete"], {}, "replace"],
    ["replaces, leaving the old one alone", ["create", "forget"], {}, "replace"],
    ["forgets", ["forget"], {}, "forget"],
    ["imports", ["no-op"], { importing: { id: "x" } }, "import"],
    ["leaves alone", ["no-op"], {}, undefined],
  ])("knows what %s", (_what, actions, change, action) => {
    const { changes } = summaryOf(entry("aws_sns_topic.a", actions, change));
    expect(changes.map((one) => one.action)).toEqual(action === undefined ? [] : [action]);
  });

  test("knows what moves, and leaves data sources out", () => {
    const moved = entry("aws_sns_topic.b", ["no-op"], {}, { previous_address: "aws_sns_topic.a" });
    const read = entry("data.aws_region.a", ["read"], {}, { mode: "data" });
    expect(summaryOf(moved, read).changes).toMatchObject([{ address: "aws_sns_topic.b", action: "move" }]);
  });

  test.each(Object.keys(STATEFUL))("calls out that a %s goes, however it goes", (type) => {
    for (const actions of [["delete"], ["delete", "create"], ["create", "delete"], ["forget"]]) {
      expect(summaryOf(entry(`${type}.a`, actions)).losses).toEqual([
        { address: `${type}.a`, action: actions.length === 2 ? "replace" : actions[0], lost: STATEFUL[type] },
      ]);
    }
    for (const actions of [["create"], ["update"], ["no-op"]]) {
      expect(summaryOf(entry(`${type}.a`, actions)).losses).toEqual([]);
    }
  });

  test("does not call out what holds nothing", () => {
    expect(summaryOf(entry("aws_sns_topic.a", ["delete"])).losses).toEqual([]);
  });

  test.each(Object.entries(REMOVABLE))("calls out that a %s loses its protection", (type, property) => {
    const change = (before: object | null, after: object) =>
      entry(`${type}.a`, ["update"], { before, after });
    const taken = (before: object | null, after: object) => summaryOf(change(before, after)).unprotected;
    expect(taken({ [property]: false }, { [property]: true })).toEqual([`${type}.a: ${property}`]);
    expect(taken({}, { [property]: true })).toEqual([`${type}.a: ${property}`]);
    expect(taken({ [property]: true }, { [property]: true })).toEqual([]);
    expect(taken({ [property]: true }, { [property]: false })).toEqual([]);
    expect(taken(null, { [property]: true })).toEqual([]);
  });

  describe("calls out a protected environment whose alarms notify nobody", () => {
    const bucket = (forceDestroy: boolean) => ({
      type: "aws_s3_bucket",
      values: { force_destroy: forceDestroy },
    });
    const alarm = { type: "aws_cloudwatch_metric_alarm", values: {} };
    const subscription = { type: "aws_sns_topic_subscription", values: {} };
    const unheard = (...resources: readonly object[]) =>
      summarize(plan([], { planned_values: { root_module: { resources } } })).unheard;

    test.each<[string, boolean, readonly object[]]>([
      ["protected, without a subscription", true, [bucket(false), alarm]],
      ["protected, with one", false, [bucket(false), alarm, subscription]],
      ["disposable", false, [bucket(true), alarm]],
      ["a stack without alarms, such as that of the state", false, [bucket(false)]],
    ])("%s: %s", (_what, expected, resources) => {
      expect(unheard(...resources)).toBe(expected);
    });

    test("in modules, too", () => {
      const inModule = (...resources: readonly object[]) =>
        summarize(
          plan([], {
            planned_values: {
              root_module: {
                resources: [bucket(false)],
                child_modules: [{ address: "module.a", resources }],
              },
            },
          }),
        ).unheard;
      expect([inModule(alarm), inModule(alarm, subscription)]).toEqual([true, false]);
    });

    test("before the table of changes, also where nothing changes", () => {
      const values = { planned_values: { root_module: { resources: [bucket(false), alarm] } } };
      expect(markdownOf(summarize(plan([], values)), { environment: "prod" })).toBe(
        "## Plan for <code>prod</code>: no changes\n\n> [!WARNING]\n> **The environment is protected, and its alarms " +
          "notify nobody:** name a subscriber in `operations.alarmSubscriptions`.\n",
      );
    });
  });

  test("puts what is most dangerous first", () => {
    const { changes } = summaryOf(
      entry("aws_sns_topic.a", ["create"]),
      entry("aws_sns_topic.b", ["update"]),
      entry("aws_sns_topic.d", ["delete"]),
      entry("aws_sns_topic.c", ["delete"]),
      entry("aws_sns_topic.e", ["delete", "create"]),
    );
    expect(changes.map(({ address }) => address.slice(-1)).join("")).toBe("cdeba");
  });

  test("shows what changes, why it is replaced, and no sensitive value", () => {
    const { changes } = summaryOf(
      entry("aws_kinesis_stream.a", ["delete", "create"], {
        before: {
          name: "old",
          arn: "arn:old",
          token: "s3cret",
          inner: [{ word: "s3cret" }],
          same: 1,
          list: null,
        },
        after: { name: "new", token: "s3cr3t", inner: [{ word: "s3cr3t" }], same: 1, list: [] },
        after_unknown: { arn: true, same: false },
        before_sensitive: { token: true },
        after_sensitive: { inner: [{ word: true }] },
        replace_paths: [["name"]],
      }),
    );
    expect(changes[0]?.properties).toEqual([
      { property: "arn", before: "arn:old", after: "(known after apply)", forcesReplacement: false },
      { property: "inner", before: "(sensitive)", after: "(sensitive)", forcesReplacement: false },
      { property: "name", before: "old", after: "new", forcesReplacement: true },
      { property: "token", before: "(sensitive)", after: "(sensitive)", forcesReplacement: false },
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/s3cr/);
  });

  test("names outputs that change, and drift that it undoes", () => {
    const summary = summarize(
      plan([entry("aws_sns_topic.a", ["update"]), entry("aws_sns_topic.b", ["no-op"])], {
        resource_drift: [entry("aws_sns_topic.a", ["update"]), entry("aws_sns_topic.b", ["update"])],
        output_changes: { region: { actions: ["no-op"] }, topic: { actions: ["update"] } },
      }),
    );
    expect(summary).toMatchObject({ drifted: ["aws_sns_topic.a"], outputs: ["topic"] });
  });

  test("has a fingerprint of what is done, not of what was there or in which order it is told", () => {
    const a = entry("aws_sns_topic.a", ["update"], { before: { x: 0 }, after: { x: 1, y: 2 } });
    const again = entry("aws_sns_topic.a", ["update"], { before: { x: 9 }, after: { y: 2, x: 1 } });
    const b = entry("aws_sns_topic.b", ["create"], { after: { x: 1 } });
    const other = entry("aws_sns_topic.b", ["create"], { after: { x: 2 } });
    expect(summaryOf(a, b).fingerprint).toBe(summaryOf(b, again).fingerprint);
    expect(summaryOf(a, b).fingerprint).not.toBe(summaryOf(a, other).fingerprint);
    expect(summaryOf(a).fingerprint).not.toBe(summaryOf(a, b).fingerprint);
  });

  test.each<[string, JsonObject, RegExp]>([
    ["a state", { values: {} }, /^this is not a plan/],
    ["a plan that failed", plan([], { errored: true }), /^the plan failed/],
    [
      "an action that nobody knows",
      plan([entry("a.b", ["explode"])]),
      /^the plan has the unknown action explode for a\.b/,
    ],
    ["a list that is none", { resource_changes: {} }, /is not a list$/],
  ])("refuses %s", (_what, document, message) => {
    expect(() => summarize(document)).toThrow(OperatorError);
    expect(() => summarize(document)).toThrow(message);
  });
});

describe("a plan as a comment", () => {
  const risky = summaryOf(
    entry("aws_kinesis_stream.Events", ["delete", "create"], {
      before: { name: "a" },
      after: { name: "b" },
      replace_paths: [["name"]],
    }),
    entry("aws_s3_bucket.Lake", ["update"], {
      before: { force_destroy: false },
      after: { force_destroy: true },
    }),
    entry("aws_sns_topic.New", ["create"]),
  );

  test("says first what would be lost", () => {
    const markdown = markdownOf(risky, { environment: "prod" });
    expect(markdown.split("\n").slice(0, 8)).toEqual([
      "## Plan for <code>prod</code>: 1 to replace, 1 to change, 1 to add",
      "",
      "> [!CAUTION]",
      "> **This plan removes resources that hold data:**",
      "> - **replace** <code>aws&#95;kinesis&#95;stream.Events</code>: every record that a layer has not read yet",
      "",
      "> [!WARNING]",
      "> **After this plan, these resources can be removed with their content:**",
    ]);
    expect(markdown).toContain("<code>name</code>: <code>a</code> → <code>b</code> **forces it**");
    expect(markdown).toContain(`Fingerprint <code>${risky.fingerprint}</code>`);
  });

  test("is calm when nothing changes", () => {
    expect(markdownOf(summaryOf(), { environment: "dev" })).toBe(
      "## Plan for <code>dev</code>: no changes\n",
    );
  });

  test("fits, and never loses a warning", () => {
    const entries = Array.from({ length: 900 }, (_, index) =>
      entry(`aws_sns_topic.Topic${index}`, ["update"], { before: { x: "a" }, after: { x: "b".repeat(500) } }),
    );
    const summary = summaryOf(...entries, entry("aws_s3_bucket.Last", ["delete"]));
    const markdown = markdownOf(summary, { environment: "dev", text: "long ".repeat(50_000) });
    expect(markdown.length).toBeLessThanOrEqual(65_000);
    expect(markdown.length).toBeGreaterThan(50_000);
    expect(markdown).toContain("**remove** <code>aws&#95;s3&#95;bucket.Last</code>");
    expect(markdown).toMatch(/\| \| and \d+ more \| \|/);
    expect(markdown).toContain(`Fingerprint <code>${summary.fingerprint}</code>`);

    const short = markdownOf(summaryOf(), { environment: "dev", text: "long ".repeat(50_000) });
    expect(short.length).toBeLessThanOrEqual(65_000);
    expect(short).toMatch(/… the rest is in the run's log\n```\n\n<\/details>\n$/);
  });

  test("lets no value out of its place", () => {
    const evil = "`</code>|<script>\n@everyone [x](y) **b** #1 ~~s~~ ~ `````";
    const summary = summaryOf(
      entry("aws_sns_topic.a", ["update"], { before: { name: "a" }, after: { name: evil } }),
    );
    const markdown = markdownOf(summary, { environment: "dev", text: `before\n${evil}\n</details>` });
    const [table = "", folded = ""] = markdown.split("<details>");
    const row = table.split("\n").find((line) => line.startsWith("| change"));
    expect(row?.match(/<\/?[a-z]+>/g)?.filter((tag) => !/^<\/?(code|br)>$/.test(tag))).toEqual([]);
    expect(row?.split("|")).toHaveLength(5);
    expect(row).not.toMatch(/[`@[\]*~]/);
    // Six backticks: one more than the longest run inside.
    expect(folded).toContain("\n``````text\n");
    expect(folded.match(/^``````$/gm)).toHaveLength(1);
  });
});

describe("npm run plan-summary", () => {
  const command = (args: string[], input: string) =>
    spawnSync(process.execPath, ["--import", "tsx", "ops/terraform/cli.ts", "plan-summary", ...args], {
      cwd: join(__dirname, "..", "..", ".."),
      encoding: "utf8",
      input,
    });

  test("reads a plan from standard input", () => {
    const text = JSON.stringify(plan([entry("aws_s3_bucket.Lake", ["delete"])]));
    const asMarkdown = command(["prod"], text);
    expect(asMarkdown).toMatchObject({ status: 0, stderr: "" });
    expect(asMarkdown.stdout).toMatch(/^## Plan for <code>prod<\/code>: 1 to remove\n\n> \[!CAUTION\]/);
    const asJson = command(["prod", "--json"], text);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ losses: [{ address: "aws_s3_bucket.Lake" }] });
  });

  test.each([
    [
      "no JSON",
      ["prod"],
      "oops",
      /^standard input is not JSON \(.*pass the output of `terraform show -json`\n$/,
      1,
    ],
    ["no object", ["prod"], "[]", /^standard input is not a JSON object\n$/, 1],
    ["no file", ["prod", "/nowhere.json"], "", /^error: ENOENT.*\/nowhere\.json'\n$/, 2],
    [
      "no such environment",
      ["prud"],
      "{}",
      /^error: there is no environment "prud"; there are dev, prod\n$/,
      2,
    ],
  ])("says that there is %s", (_what, args, input, message, code) => {
    const { status, stderr } = command(args, input);
    expect(stderr).toMatch(message);
    expect(status).toBe(code);
  });
});
