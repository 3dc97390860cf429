import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { synthesize } from "../../local/synthesize";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";
import { copyProject } from "../support/project-copy";

describe("synth", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-synth-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Files by path, in base64. */
  function filesOf(outdir: string): ReadonlyMap<string, string> {
    return new Map(
      readdirSync(outdir, { recursive: true, encoding: "utf8" })
        .map((path) => join(outdir, path))
        .filter((path) => statSync(path).isFile())
        .map((path) => [relative(outdir, path), readFileSync(path, "base64")] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  function synth(root: string, name: string, umask: string, timeZone: string): ReadonlyMap<string, string> {
    const outdir = join(folder, name);
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `umask ${umask} && exec "$0" --import tsx main.ts`, process.execPath],
      {
        cwd: root,
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"],
          TZ: timeZone,
          CDKTF_OUTDIR: outdir,
          RETAIL_BI_LOCATION_FILE: join(folder, "none"),
        },
      },
    );
    if (status !== 0) throw new Error(`synth in ${root} ended with ${status}:\n${stderr}`);
    return filesOf(outdir);
  }

  test("is the same to the byte in another folder, time zone and umask, bundles included", () => {
    const elsewhere = join(folder, "else", "where");
    copyProject(elsewhere);

    const here = synth(PROJECT_ROOT, "out-here", "022", "UTC");
    const there = synth(elsewhere, "out-there", "077", "Pacific/Apia");

    expect([...there.keys()]).toEqual([...here.keys()]);
    expect([...here.keys()].filter((path) => path.endsWith(".zip"))).toHaveLength(8);
    expect([...here.keys()].filter((path) => path.endsWith("cdk.tf.json"))).toHaveLength(4);
    const different = [...here]
      .filter(([path, content]) => there.get(path) !== content)
      .map(([path]) => path);
    expect(different).toEqual([]);
  });

  test("of one environment, as the local run does it, is the same as one of all, to the byte", async () => {
    process.env["RETAIL_BI_LOCATION_FILE"] = join(folder, "none");
    const all = synth(PROJECT_ROOT, "out-all", "022", "UTC");
    for (const environment of ["dev", "prod"]) {
      const directory = await synthesize(join(folder, `out-${environment}`), environment);
      const alone = filesOf(directory);
      const prefix = `stacks/${environment}/`;
      const among = [...all].filter(([path]) => path.startsWith(prefix));
      expect(alone).toEqual(new Map(among.map(([path, content]) => [path.slice(prefix.length), content])));
      expect(alone.size).toBe(5);
    }
  });
});
