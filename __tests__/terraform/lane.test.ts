import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../lib/operator-error";
import { Lane } from "./emulated/lane";
import { Report } from "./emulated/report";

/** `npm run test:terraform` on a machine where a tool is missing. */
describe("what the emulated account needs", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-lane-"));
    mkdirSync(join(folder, "bin"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (variables: Record<string, string>) =>
    Lane.open(new Report(() => {}), () => {}, new AbortController().signal, {
      HOME: folder,
      PATH: join(folder, "bin"),
      ...variables,
    });

  function program(name: string, script: string): void {
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  test("is said at once, a line for each thing to install", async () => {
    const refused = open({ RETAIL_BI_PROVIDER_MIRROR: join(folder, "none") });
    await expect(refused).rejects.toThrow(OperatorError);
    const said = await refused.catch(String);
    expect(said).toMatch(/terraform is not on this machine: install Terraform 1\.11 or newer/);
    expect(said).toMatch(/RETAIL_BI_PROVIDER_MIRROR is .*none, which has no .*hashicorp\/aws 5\.100\.0/);
    expect(said).toMatch(/neither moto_server nor python3 is on this machine: install Python/);
    expect(said).toMatch(/neither aws nor python3 is on this machine: install the AWS CLI/);
    expect(said).toMatch(/git is not on this machine: install git/);
  });

  test("a provider that cannot be fetched is said before anything starts", async () => {
    program(
      "terraform",
      '[ "$1" = version ] && echo "Terraform v1.11.4" && exit\necho "no route" >&2; exit 1',
    );
    symlinkSync("/bin/true", join(folder, "bin", "moto_server"));
    const path = join(folder, "own.tfrc");
    writeFileSync(path, "");
    await expect(open({ TF_CLI_CONFIG_FILE: path })).rejects.toThrow(
      /does not get the AWS provider 5\.100\.0 \(as .*own\.tfrc says\): make .*RETAIL_BI_PROVIDER_MIRROR[\s\S]*no route/,
    );
  });

  test("a stand-in that does not answer is named", async () => {
    program("terraform", '[ "$1" = version ] && echo "Terraform v1.11.4"; exit 0');
    for (const name of ["aws", "git"]) program(name, "exit 0");
    await expect(open({ MOTO_URL: "http://127.0.0.1:9" })).rejects.toThrow(
      /MOTO_URL is http:\/\/127\.0\.0\.1:9, where nothing answers .*: install Python/,
    );
  });
});
