import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OperatorError } from "../../../lib/operator-error";
import { openStore, StoreFullError } from "../../../local/store/store";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-faults-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that has the store of `folder` open as `store`. */
function withStore(body: string, dataDir = folder): ChildProcess {
  const script = `
    const { openStore } = require("./local/store/store.ts");
    const store = openStore(${JSON.stringify(dataDir)});
    const table = store.table("t");
    ${body}`;
  return spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("a kill", () => {
  test("at any moment loses no commit that was reported, and shows none in part", async () => {
    // A commit adds a record for each of ten shards, moves a counter, and removes what is older than 50 commits.
    const writer = `
      let n = Number(table.get("counter") ?? 0);
      for (;;) {
        n++;
        store.commit(() => {
          for (let shard = 0; shard < 10; shard++) {
            table.set(shard + "/" + String(n).padStart(8, "0"), Buffer.alloc(3_000, n % 251));
            table.deleteRange({ gte: shard + "/", lt: shard + "/" + String(Math.max(0, n - 50)).padStart(8, "0") });
          }
          table.set("counter", Buffer.from(String(n)));
        });
        require("node:fs").writeSync(1, n + "\\n");
      }`;
    let reported = 0;
    for (let round = 0; round < 8; round++) {
      const child = withStore(writer);
      const target = reported + 1 + round * 17;
      if (child.stdout === null) throw new Error("no output");
      for await (const line of createInterface(child.stdout)) {
        reported = Number(line);
        if (reported >= target) child.kill("SIGKILL");
      }

      const store = openStore(folder);
      const table = store.table("t");
      const counter = Number(table.get("counter"));
      // The process may be killed between the commit and its report.
      expect(counter - reported).toBeGreaterThanOrEqual(0);
      expect(counter - reported).toBeLessThanOrEqual(1);
      const keys = Array.from(table.entries({ lt: "counter" }), ([key]) => key);
      const from = Math.max(1, counter - 50);
      const expected = Array.from({ length: 10 }, (_, shard) =>
        Array.from(
          { length: counter - from + 1 },
          (_, at) => `${shard}/${String(from + at).padStart(8, "0")}`,
        ),
      );
      expect(keys).toEqual(expected.flat());
      reported = counter;
      store.close();
    }
    expect(reported).toBeGreaterThan(100);
  });

  test("frees the data directory, whoever has its process id now", async () => {
    const child = withStore(`console.log("open"); setInterval(() => {}, 1000);`);
    await once(child.stdout as NonNullable<typeof child.stdout>, "data");
    const open = (): unknown => openStore(folder);
    expect(open).toThrow(OperatorError);
    expect(open).toThrow(
      `${folder} is in use by process ${child.pid}: stop it, or choose another --data-dir`,
    );

    child.kill("SIGKILL");
    await once(child, "exit");
    // Its id, as if this process had got it.
    const committed = join(folder, "store", "committed");
    expect(readFileSync(committed, "utf8")).toContain(String(child.pid));

    openStore(folder).close();
  });
});

test("two runs in one process exclude each other too", () => {
  const store = openStore(folder);
  expect(() => openStore(folder)).toThrow(`is in use by process ${process.pid}`);
  store.commit(() => store.table("t").set("a", Buffer.from("1")));
  expect(() => openStore(folder)).toThrow(`is in use by process ${process.pid}`);
  store.close();
  openStore(folder).close();
});

test("a folder where a store cannot be is refused in one sentence", () => {
  writeFileSync(join(folder, "store"), "");
  expect(() => openStore(folder)).toThrow(OperatorError);
  expect(() => openStore(folder)).toThrow(
    /^[^\n]+ cannot be used: [^\n]*EEXIST[^\n]+Choose another --data-dir$/,
  );
  rmSync(join(folder, "store"));
  mkdirSync(join(folder, "store", "store.db"), { recursive: true });
  expect(() => openStore(folder)).toThrow(
    /^[^\n]+store\.db cannot be opened: [^\n]+\. Choose another --data-dir$/,
  );
});

test("opening prints no warning that SQLite is experimental, and swallows no other", () => {
  const script = `
    process.emitWarning("before");
    require("./local/store/store.ts").openStore(${JSON.stringify(folder)}).close();
    process.emitWarning("after");`;
  const { stderr, status } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stderr).not.toContain("SQLite");
  expect(stderr).toMatch(/Warning: before[\s\S]*Warning: after/);
});

/** Whether this user may mount; tried in a namespace of its own, which ends with the trial. */
function canMount(): boolean {
  const trial = "mount -t tmpfs -o size=1m tmpfs /mnt";
  return spawnSync("unshare", ["--mount", "sh", "-c", trial], { stdio: "ignore" }).status === 0;
}

/** Runs `use` with a file system of 1 MiB. */
function onSmallDisk(use: (disk: string) => void): void {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).status).toBe(0);
  try {
    use(disk);
  } finally {
    spawnSync("umount", [disk]);
  }
}

describe("a full disk", () => {
  /** Fills, is refused, makes room, goes on. @param makeRoom after it, a commit has room again */
  function fill(dataDir: string, makeRoom: () => void): void {
    const store = openStore(dataDir);
    const table = store.table("t");
    const put = (key: string): void => store.commit(() => table.set(key, Buffer.alloc(20_000, key)));
    let stored = 0;
    const more = (): void => {
      for (; stored < 1_000; stored++) put(String(stored).padStart(4, "0"));
    };
    expect(more).toThrow(StoreFullError);
    expect(stored).toBeGreaterThan(5);
    const full = stored;
    // Nothing of the refused commit, and it stays refused; reading goes on.
    expect(() => put("again")).toThrow(StoreFullError);
    expect(Array.from(table.entries(), ([key]) => key)).toHaveLength(full);
    expect(table.get("again")).toBeUndefined();

    makeRoom();
    put("again");
    expect(table.get("again")).toHaveLength(20_000);
    store.close();
    const reopened = openStore(dataDir);
    expect([...reopened.table("t").entries()]).toHaveLength(full + 1);
    reopened.close();
  }

  const ifMountable = canMount() ? test : test.skip;

  ifMountable(
    "takes no more commits, says so, and goes on when there is room (skipped where mounting is refused)",
    () => {
      onSmallDisk((disk) => {
        const ballast = join(disk, "ballast");
        writeFileSync(ballast, Buffer.alloc(300_000));
        fill(join(disk, "data"), () => rmSync(ballast));
      });
    },
  );

  ifMountable("is a sentence at the start (skipped where mounting is refused)", () => {
    onSmallDisk((disk) => {
      expect(() => writeFileSync(join(disk, "ballast"), Buffer.alloc(2_000_000))).toThrow(/ENOSPC/);
      expect(() => openStore(join(disk, "data"))).toThrow(StoreFullError);
    });
  });

  test("a limit of the file's size is the same", () => {
    // The shell's limit is in blocks of 512 or 1,024 bytes.
    const script = `
      const { openStore, StoreFullError } = require("./local/store/store.ts");
      const store = openStore(${JSON.stringify(folder)});
      const table = store.table("t");
      let stored = 0;
      try {
        for (; stored < 1_000; stored++) store.commit(() => table.set(String(stored), Buffer.alloc(20_000)));
      } catch (error) {
        console.log(error instanceof StoreFullError, [...table.entries()].length === stored);
      }
      store.commit(() => table.deleteRange({}));
      store.commit(() => table.set("again", Buffer.alloc(20_000)));
      store.close();
      console.log(stored > 5);`;
    const limited = `ulimit -f 1024; exec "$@"`;
    const node = [process.execPath, "--import", "tsx", "-e", script];
    const { stdout, stderr, status } = spawnSync("sh", ["-c", limited, "sh", ...node], {
      encoding: "utf8",
      env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: "true true\ntrue\n", stderr: "", status: 0 });
    expect([...openAndRead()]).toEqual(["again"]);
  });
});

function openAndRead(): string[] {
  const store = openStore(folder);
  const keys = Array.from(store.table("t").entries(), ([key]) => key);
  store.close();
  return keys;
}
