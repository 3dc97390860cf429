import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleNamed } from "../../stacks/module-names";
import { refusalsOf, validVariables } from "../../stacks/module-tests";
import { TERRAFORM_MODULES } from "../../stacks/terraform-modules";

const COMMITTED = join(__dirname, "..", "..", "terraform-modules");
const TERRAFORM = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";
const ENVIRONMENT = { ...process.env, CHECKPOINT_DISABLE: "1" };

interface Rule {
  readonly condition: string;
  readonly error_message: string;
}
interface Variable {
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly validation?: readonly Rule[];
}
type Variables = Readonly<Record<string, Variable>>;

/** A value of a variable, and those of the others that its rules name. */
interface Case {
  readonly name: string;
  readonly value: unknown;
  readonly others: Readonly<Record<string, unknown>>;
}

interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  readonly range?: { readonly filename: string };
}

function variablesOf(module: string): Variables {
  return JSON.parse(readFileSync(join(COMMITTED, module, "main.tf.json"), "utf8")).variable;
}

/** The other variables that the rules of a variable name. */
function namedBy(variables: Variables, name: string): string[] {
  const conditions = (variables[name]?.validation ?? []).map(({ condition }) =>
    condition.replaceAll("local.stream_hours", hoursOf(variables)),
  );
  const names = [...conditions.join(" ").matchAll(/\bvar\.(\w+)/g)].map(([, one = ""]) => one);
  return [...new Set(names)].filter((one) => one !== name);
}

/** As the modules have it. */
function hoursOf(variables: Variables): string {
  return "stream_retention_hours" in variables
    ? "var.stream == null ? var.stream_retention_hours : var.stream.retention_hours"
    : "var.stream.retention_hours";
}

/** Messages of a module's variables, by case. What Terraform can check without a plan keeps it from planning. */
function messagesOf(variables: Variables, cases: readonly Case[]): readonly (readonly string[])[] {
  const messages = [...checkedBy(variables, VALIDATE, cases)];
  for (;;) {
    const left = cases.map((one, at) => ({ one, at })).filter(({ at }) => messages[at]?.length === 0);
    const planned = checkedBy(
      variables,
      PLAN,
      left.map(({ one }) => one),
    );
    if (planned.every((one) => one.length === 0)) return messages;
    for (const [place, { at }] of left.entries()) messages[at] = planned[place] ?? [];
  }
}

/** One run of Terraform for all: each variable is a module of its own, and each case is in a file by which it is named. */
function checkedBy(
  variables: Variables,
  command: readonly string[],
  cases: readonly Case[],
): readonly (readonly string[])[] {
  if (cases.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "refusals-"));
  const run = (...args: readonly string[]): string =>
    spawnSync(TERRAFORM, [...args, "-no-color"], { cwd: folder, env: ENVIRONMENT, encoding: "utf8" }).stdout;
  const write = (path: string, content: object) =>
    writeFileSync(join(folder, `${path}.tf.json`), JSON.stringify(content));
  try {
    for (const name of new Set(cases.map((one) => one.name))) {
      const others = namedBy(variables, name).map((one) => {
        const { validation: _, ...other } = variables[one] ?? {};
        return [one, other] as const;
      });
      mkdirSync(join(folder, name));
      write(join(name, "main"), {
        variable: { ...Object.fromEntries(others), [name]: variables[name] },
        ...(others.some(([one]) => one === "stream") && {
          locals: { stream_hours: `\${${hoursOf(variables)}}` },
        }),
      });
    }
    for (const [at, { name, value, others }] of cases.entries()) {
      const named = namedBy(variables, name).filter((one) => one in others);
      const given = Object.fromEntries(named.map((one) => [one, others[one]]));
      const texts = JSON.stringify({ ...given, [name]: value }).replaceAll(/([$%])\{/g, "$1$1{");
      write(`case_${at}`, { module: { [`case_${at}`]: { source: `./${name}`, ...JSON.parse(texts) } } });
    }
    run("init");
    const messages: string[][] = cases.map(() => []);
    for (const { severity, summary, detail, range } of diagnosticsIn(run(...command))) {
      const at = Number(/^case_(\d+)\.tf\.json$/.exec(range?.filename ?? "")?.[1]);
      if (severity !== "error" || messages[at] === undefined) throw new Error(`${summary}: ${detail}`);
      messages[at].push(detail.split("\n")[0] ?? "");
    }
    return messages;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `validate -json` prints as one document, and `plan -json` as lines. */
function diagnosticsIn(output: string): readonly Diagnostic[] {
  if (output.startsWith("{\n")) return JSON.parse(output).diagnostics;
  const lines: readonly { readonly diagnostic?: Diagnostic }[] = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return lines.flatMap(({ diagnostic }) => diagnostic ?? []);
}

const VALIDATE = ["validate", "-json"];
/** Terraform knows the other variables of a rule only when it plans. */
const PLAN = ["plan", "-json", "-input=false"];

/** The variables of each module that no earlier one has, with the same rules and the same others that these name. */
const checkedIn = new Map<string, string>();
for (const module of Object.keys(TERRAFORM_MODULES)) {
  const variables = variablesOf(module);
  for (const name of Object.keys(variables)) {
    const others = namedBy(variables, name).map((other) => variables[other]?.default);
    const key = JSON.stringify([name, variables[name], others, name === "names" && module]);
    if (!checkedIn.has(key)) checkedIn.set(key, `${module} ${name}`);
  }
}
const CHECKED = new Set(checkedIn.values());

const isInstalled = spawnSync(TERRAFORM, ["version"], { env: ENVIRONMENT }).status === 0;
const title = `the variables of %s${isInstalled ? "" : " (NOT RUN: Terraform is not installed)"}`;

(isInstalled ? describe : describe.skip).each(Object.keys(TERRAFORM_MODULES))(title, (name) => {
  const module = moduleNamed(name);
  const variables = variablesOf(module);
  const refusals = refusalsOf(module, Object.keys(variables));
  const valid = validVariables(module);
  const ruleOf = ({ name, allowed }: { readonly name: string; readonly allowed: string }) => {
    return variables[name]?.validation?.find(({ error_message }) => error_message === `${name}: ${allowed}.`);
  };

  test("have a refusal for each of their rules", () => {
    const tried = new Set(refusals.map(ruleOf));
    const rules = Object.values(variables).flatMap(({ validation = [] }) => validation);
    expect(rules.filter((rule) => !tried.has(rule)).map(({ error_message }) => error_message)).toEqual([]);
  });

  const checked = refusals.filter(({ name }) => CHECKED.has(`${module} ${name}`));

  test("refuse what is wrong by a message that names them and what is allowed", () => {
    const messages = messagesOf(
      variables,
      checked.map(({ name, value, with: others }) => ({ name, value, others: { ...valid, ...others } })),
    );
    expect(
      checked.map(({ name, value, allowed }, at) => {
        const all = messages[at] ?? [];
        return { name, value, found: all.includes(`${name}: ${allowed}.`) ? allowed : all };
      }),
    ).toEqual(checked.map(({ name, value, allowed }) => ({ name, value, found: allowed })));
    const others = checked.flatMap(({ name }, at) =>
      (messages[at] ?? []).filter((one) => !one.startsWith(`${name}: `)),
    );
    expect(others).toEqual([]);
  });

  test("refuse null where something is needed, and take what the refusals change", () => {
    const needed = Object.keys(variables).filter((name) => !("default" in (variables[name] ?? {})));
    const nulls = needed.map((name) => ({ name, value: null, others: valid }));
    const messages = messagesOf(variables, nulls);
    expect(messages.map(([message]) => message)).toEqual(
      needed.map((name) => expect.stringContaining(`var.${name} `)),
    );
    const given = Object.entries(valid).filter(([name]) => name in variables);
    const cases = given.map(([name, value]) => ({ name, value, others: valid }));
    expect(messagesOf(variables, cases).flat()).toEqual([]);
  });
});
