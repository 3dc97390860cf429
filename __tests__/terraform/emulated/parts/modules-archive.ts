import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { buildModules } from "../../../../stacks/build-modules";
import { packModules, sha256 } from "../../../../stacks/module-archive";
import { EXAMPLES, fromArchive } from "../../../../stacks/module-readme";
import { type Lane, PLAN } from "../lane";
import { check } from "../report";
import { plannedChanges } from "./deploying";

type Module = keyof typeof EXAMPLES;
const MODULES = Object.keys(EXAMPLES) as Module[];
/** Variables of the examples that have no default, by module. */
const GIVEN: Readonly<Partial<Record<Module, object>>> = {
  speed: { vpc_id: "vpc-0123456789abcdef0", private_subnet_ids: ["subnet-0123456789abcdef0"] },
};
/** The zip that is removed and altered, below the root of the example of `batch`. */
const ZIP = join(".terraform", "modules", "batch", "batch", "functions", "validate-records.zip");

/** The archive of the modules, as a team without a clone uses it: Terraform downloads and unpacks it. */
export async function modulesArchive(lane: Lane): Promise<void> {
  const { report, scratch } = lane;
  report.part("The archive of the modules, used by roots in empty folders");
  const built = join(scratch, "to-pack");
  buildModules(built);
  for (const module of MODULES) {
    copyFileSync(
      join(PROJECT_ROOT, "terraform-modules", module, "README.md"),
      join(built, module, "README.md"),
    );
  }
  const archive = readFileSync(packModules(built, join(scratch, "archive")));
  const server = await serve(archive);
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/modules.zip`;
    const rootOf = (folder: string, module: Module, checksum: string): Terraform => {
      const root = join(scratch, "packed-roots", folder);
      mkdirSync(root, { recursive: true });
      const text = fromArchive(readFileSync(join(PROJECT_ROOT, EXAMPLES[module]), "utf8"), url, checksum);
      writeFileSync(join(root, "main.tf"), text);
      writeFileSync(join(root, "terraform.tfvars.json"), JSON.stringify(GIVEN[module] ?? {}));
      return lane.terraform(root);
    };
    for (const module of MODULES) {
      await report.step(`terraform init, validate, plan: ${EXAMPLES[module]}`, async () => {
        const terraform = rootOf(module, module, sha256(archive));
        await terraform.init();
        await terraform.validate();
        check(await terraform.plan(PLAN), "there is nothing to plan");
        return `${(await plannedChanges(terraform)).split(", ").length} resources and data sources`;
      });
    }
    await report.step("terraform init, where the archive is not the one of the checksum", async () => {
      const refused = await failureOf(rootOf("altered", "batch", sha256(Buffer.from("another"))).init());
      const [reason] = /Checksums did not match/.exec(refused) ?? [];
      check(reason !== undefined, `it is not refused for its checksum: ${refused}`);
      return reason;
    });
    await report.step(
      "terraform plan, where the zip of a function is altered, and where it is missing",
      async () => {
        const terraform = lane.terraform(join(scratch, "packed-roots", "batch"));
        const zip = join(terraform.folder, ZIP);
        for (const change of [() => appendFileSync(zip, "x"), () => rmSync(zip)]) {
          change();
          const refused = (await failureOf(terraform.plan(PLAN))).replaceAll(/\s*\n[│ ]*/g, " ");
          check(
            refused.includes("functions/validate-records.zip of the module is missing, or is not the one") &&
              !refused.includes("synth"),
            `it is refused by: ${refused}`,
          );
        }
        return "functions/validate-records.zip of the module is missing, or is not the one in functions.sha256";
      },
    );
  } finally {
    server.close();
  }
}

/** Serves the bytes at every path. */
function serve(bytes: Uint8Array): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((_, response) => response.end(bytes));
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve(server));
  });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => String(error),
  );
}
