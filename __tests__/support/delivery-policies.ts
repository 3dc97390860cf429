import { isDeepStrictEqual } from "node:util";
import type { Environment } from "../../environments/environment";
import { prod } from "../../environments/prod";
import { arnsOf } from "../../modules/cicd/arns";
import {
  bothStacks,
  boundaryDocument,
  documentsOf,
  type Role,
  resolved,
  type Stacks,
  statements,
  text,
} from "./delivered";
import { LOCATION } from "./environments";
import type { PolicyStatement } from "./template";

const ROLES: readonly Role[] = ["Plan", "Propose", "Apply"];
const HOLDERS = [...ROLES, "Boundary"] as const;
type Holder = (typeof HOLDERS)[number];

/** `prod` with the workflows of a repository. */
const DELIVERED: Environment = {
  ...prod,
  delivery: { repository: "OWNER/NAME" },
  location: LOCATION,
};
const WITH_QUICK_SIGHT: Environment = {
  ...DELIVERED,
  serving: {
    quickSight: {
      ...prod.serving.quickSight,
      enabled: true,
      principals: [{ kind: "group", name: "analysts", access: "author" }],
    },
  },
};

const HEAD = `# The policies of delivery

What the roles of [delivery by pull request](delivery.md) may do: every statement of the stack \`<env>-state\`, as
synthesized for \`prod\` with \`delivery\` set. \`npm run docs:policies\` writes this page, and a test compares it with the
stack. \`<env>\`, \`<account>\`, \`<region>\` and \`OWNER/NAME\` stand for yours. All statements allow. *Words like these*
stand for a [list](#lists); what follows one is appended to each of its members. *Boundary* is the most that the roles
of the environment's own stack may do, whatever their policies say.`;

/** A statement with resolved resources, and the reason why it covers every resource, if it does. */
interface Shown extends PolicyStatement {
  readonly reason?: string;
}

/** Lists by name, with their members. */
type Lists = ReadonlyMap<string, readonly string[]>;

/** The whole text of docs/delivery-policies.md. */
export function policiesPage(): string {
  const stacks = bothStacks(DELIVERED);
  const lists = listsOf(DELIVERED, WITH_QUICK_SIGHT);
  const tables = (level: string, of: (holder: Holder) => readonly Shown[]): string =>
    [...byHolders(of)].map(([who, shown]) => `${level} ${who}\n\n${tableOf(shown, lists)}`).join("\n\n");
  const added = (environment: Environment): string => {
    const other = bothStacks(environment);
    return tables("###", (holder) => {
      const known = shownOf(stacks, holder);
      return shownOf(other, holder).filter((statement) => !holds(known, statement));
    });
  };
  const sections = [
    HEAD,
    `## Who may be a role\n\n${rolesOf(stacks)}`,
    tables("##", (holder) => shownOf(stacks, holder)),
    `## More, or otherwise, in a disposable environment\n\n${added({ ...DELIVERED, protected: false })}`,
    `## More, or otherwise, with QuickSight\n\n${added(WITH_QUICK_SIGHT)}`,
    `## More, or otherwise, with \`bastion.putRecords\`\n\n${added({ ...DELIVERED, bastion: { enabled: true, putRecords: true } })}`,
    `## Lists\n\n${[...lists].map(([name, members]) => `- *${name}*: ${members.map(code).join(", ")}`).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The statements of a role or of the boundary. */
function shownOf(stacks: Stacks, holder: Holder): Shown[] {
  const documents = holder === "Boundary" ? [boundaryDocument(stacks)] : documentsOf(stacks, holder);
  return documents.flatMap((document) =>
    statements(stacks, document).map(({ condition = [], ...statement }): Shown => {
      const explained = stacks.explanations.find(
        ({ path, subject }) => path === document.path && subject === statement.sid,
      );
      return {
        ...statement,
        condition: condition.map((one) => ({
          ...one,
          values: one.values.map((value) => resolved(value, stacks)),
        })),
        ...(explained && { reason: explained.reason }),
      };
    }),
  );
}

function holds(statements: readonly Shown[], wanted: Shown): boolean {
  return statements.some((statement) => isDeepStrictEqual(statement, wanted));
}

/** The statements, grouped by their holders: `Plan, Propose`. */
function byHolders(of: (holder: Holder) => readonly Shown[]): Map<string, Shown[]> {
  const held = HOLDERS.map((holder) => [holder, of(holder)] as const);
  const unique: Shown[] = [];
  for (const [, statements] of held) {
    unique.push(...statements.filter((statement) => !holds(unique, statement)));
  }
  return Map.groupBy(unique, (statement) =>
    held
      .filter(([, statements]) => holds(statements, statement))
      .map(([holder]) => holder)
      .join(", "),
  );
}

function rolesOf(stacks: Stacks): string {
  const rows = ROLES.map((role) => {
    const block = stacks.state.only("aws_iam_role", `Delivery_${role}_`);
    const trust = stacks.state.statements(`Delivery_${role}_Trust`);
    const who = trust.flatMap(({ condition = [] }) => condition.map((one) => conditionOf(one))).join("<br>");
    return `| ${role} | ${code(text(block, "name"))} | ${who} | ${Number(block.properties["max_session_duration"]) / 3600} |`;
  });
  return [
    "By `sts:AssumeRoleWithWebIdentity`, with a token of GitHub for which holds:",
    "",
    "| role | name | the token | hours at most |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** Lists of more than one ARN, by their name in the code. */
function listsOf(...environments: readonly Environment[]): Lists {
  const lists = new Map<string, readonly string[]>();
  const collect = (holder: object): void => {
    for (const [name, value] of Object.entries(holder)) {
      if (!Array.isArray(value)) collect(value);
      else if (value.length > 1) lists.set(wordsOf(name), value.map(String));
    }
  };
  for (const environment of environments) collect(arnsOf(environment));
  return lists;
}

/** `logGroups`, in words. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function tableOf(shown: readonly Shown[], lists: Lists): string {
  const rows = shown.map(({ sid, effect = "Allow", actions, resources = [], condition = [], reason }) => {
    if (effect !== "Allow") throw new Error(`${sid} is ${effect}: the page says that all statements allow`);
    const where = shortened(resources, lists).join("<br>");
    const conditions = condition.map((one) => conditionOf(one, lists)).join("<br>");
    return `| ${sid} | ${actionsOf(actions)} | ${where}${reason === undefined ? "" : `: ${reason}`} | ${conditions} |`;
  });
  return ["| statement | actions | resources | if |", "|---|---|---|---|", ...rows].join("\n");
}

/** The actions, with each service named once. */
function actionsOf(actions: readonly string[]): string {
  const byService = Map.groupBy(actions, (action) => action.split(":")[0] ?? "");
  return [...byService]
    .map(
      ([service, all]) =>
        `**${service}**: ${all.map((action) => action.slice(service.length + 1)).join(", ")}`,
    )
    .join("<br>");
}

type Condition = NonNullable<PolicyStatement["condition"]>[number];

function conditionOf({ test, variable, values }: Condition, lists: Lists = new Map()): string {
  return `${test} ${code(variable)}: ${shortened(values, lists).join(", ")}`;
}

/** The values, with a list's name in place of all its members. */
function shortened(values: readonly string[], lists: Lists): string[] {
  let rest = [...values];
  const names: string[] = [];
  for (const [name, members] of lists) {
    for (const suffix of ["", ":*", "/*"]) {
      const whole = members.map((member) => `${member}${suffix}`);
      if (!whole.every((member) => rest.includes(member))) continue;
      rest = rest.filter((value) => !whole.includes(value));
      names.push(`*${name}*${suffix && ` ${code(suffix)}`}`);
    }
  }
  return [...names, ...rest.map(code)];
}

/** The value as Markdown code, with placeholders for the reader's own values. */
function code(value: string): string {
  const own = value
    .replaceAll(LOCATION.accountId, "<account>")
    .replaceAll(LOCATION.region, "<region>")
    .replace(/(?<![a-z])prod(?![a-z])/g, "<env>")
    .replace("key/ID", "key/<key of the state>");
  return `\`${own}\``;
}
