import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../lib/operator-error";
import { MODULES_ARCHIVE } from "./module-archive";
import type { TERRAFORM_MODULES } from "./terraform-modules";

/** The name of a module. */
type ModuleName = keyof typeof TERRAFORM_MODULES;

const ROOT = join(__dirname, "..");
const { version }: { readonly version: string } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
/** Where a release has the archive of the modules; `OWNER` is the account that holds the repository. */
export const RELEASE = `https://github.com/OWNER/retail-bi/releases/download/v${version}/${MODULES_ARCHIVE}`;
/** Go module that pins terraform-docs. */
const TERRAFORM_DOCS = join(__dirname, "terraform-docs");

/** What a module makes, as its README says it. */
const MAKES: Readonly<Record<ModuleName, string>> = {
  batch:
    "A Kinesis stream, Firehose with the function that judges each line, an S3 lake (stream, lake and key can be existing ones), Glue tables, an Athena workgroup with saved queries, and the function that merges small files into Parquet.",
  speed:
    "An OpenSearch domain, its set-up, and the function that indexes each line of a stream. Stream and bucket exist; the network is the module's own, or an existing one.",
  "retail-bi":
    "The batch layer and the speed layer, in a network of its own or an existing one, with alarms, a CloudWatch dashboard and a budget.",
};

/** The root that uses a module, below the project. */
export const EXAMPLES: Readonly<Record<ModuleName, string>> = {
  batch: "examples/plain-terraform/main.tf",
  speed: "examples/plain-terraform/speed/main.tf",
  "retail-bi": "examples/plain-terraform/retail-bi/main.tf",
};

/**
 * Writes the README of every module: the text, the regions of its example, and the tables by terraform-docs.
 * @returns whether it did: Go builds terraform-docs, and without Go nothing is written
 * @throws OperatorError when terraform-docs cannot be built or fails
 */
export function writeReadmes(target: string): boolean {
  if (spawnSync("go", ["version"]).error) return false;
  for (const name of Object.keys(MAKES) as ModuleName[]) {
    const folder = join(target, name);
    writeFileSync(join(folder, "README.md"), readmeOf(name, tablesOf(folder)));
  }
  return true;
}

/** The text of an example, with its modules from the archive at a URL. @param checksum SHA-256 that the archive must have */
export function fromArchive(text: string, url: string, checksum?: string): string {
  const query = checksum === undefined ? "" : `?checksum=sha256:${checksum}`;
  return text.replaceAll(/"(?:\.\.\/)+terraform-modules\/([a-z-]+)"/g, `"${url}//$1${query}"`);
}

/**
 * The marked region of a file, without its marks.
 * @throws Error unless the file has exactly one region of that name
 */
export function regionOf(path: string, region: string): string {
  const text = readFileSync(join(ROOT, path), "utf8");
  const [found, ...others] = [...text.matchAll(new RegExp(`^# region ${region}\n(.*?)^# endregion$`, "gms"))];
  if (found?.[1] === undefined || others.length > 0)
    throw new Error(`${path} needs one \`# region ${region}\``);
  return found[1];
}

function readmeOf(name: ModuleName, tables: string): string {
  const example = EXAMPLES[name];
  const region = (of: string) => `\`\`\`hcl\n${fromArchive(regionOf(example, of), RELEASE)}\`\`\``;
  return `# Terraform module \`${name}\`

${MAKES[name]} Terraform alone uses it, without Node.
\`npm run build:modules\` of the repository generates it from the constructs.

It has no provider and no backend: account, region and partition are those of the caller's provider. \`name\`, \`event_time\` and \`columns\`
describe a record.

## Usage

From \`${example}\` of the repository, which tests validate and plan; \`OWNER\` is the owner of the repository. With
\`?checksum=sha256:…\` behind a source, from the \`.sha256\` file beside the archive, Terraform refuses any other archive.

${region("usage")}

## Protect the data

\`prevent_destroy\` takes literals only, so a module cannot set it for its caller. The output \`stateful\` has the ids of what holds data. A guard in
the root makes Terraform refuse to destroy or to replace any of it:

${region("guard")}

Remove the guard first to destroy on purpose. Who deletes module and guard from the root in one change deletes the protection, too.
\`force_destroy\` is off by default: a destroy then still fails at a bucket that has objects.

## Functions

\`functions/*.zip\` are the functions, bundled with all that they import; \`functions.sha256\` has their hashes
(\`sha256sum --check functions.sha256\`). The archive of a release contains the zips. A clone does not: \`npm run build:modules\` makes the same
bytes. Terraform compares each zip with its hash when it plans; an error names a zip that is missing or altered.

## QuickSight

It is not in the module: an analysis and a dashboard are blocks by column, and a module knows the columns only when it is used. The
construct \`RetailBi\` has them.

${tables}`;
}

/** Requirements, inputs and outputs of a module, as Markdown. */
function tablesOf(folder: string): string {
  const options = ["--show", "requirements,inputs,outputs", "--anchor=false", "--lockfile=false"];
  const { status, stdout, stderr, error } = spawnSync(
    "go",
    ["tool", "terraform-docs", "markdown", "table", ...options, folder],
    {
      cwd: TERRAFORM_DOCS,
      encoding: "utf8",
      env: { ...process.env, GOWORK: "off" },
      maxBuffer: 2 ** 24,
    },
  );
  if (status === 0) return stdout;
  throw new OperatorError(
    `the READMEs are not written, everything else is: go tool terraform-docs failed in ${TERRAFORM_DOCS}: ${error?.message ?? stderr.trim()}`,
  );
}
