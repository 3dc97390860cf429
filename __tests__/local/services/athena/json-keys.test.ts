import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { JsonKeys } from "../../../../local/services/athena/duckdb/json-keys";

describe("the keys of a file", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-keys-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Incompressible: no head of a compressed object holds it. */
  const noise = randomBytes(400_000).toString("hex");
  const many = Array.from({ length: 20_000 }, (_, at) =>
    JSON.stringify({ Id: at, noise: noise.slice(at, at + 40) }),
  );

  test.each([
    ["of a first line within the head", many.join("\n"), { id: "Id", other: "other" }],
    [
      "after a first line that is longer than the head",
      `{"noise":"${noise}","ID":1}\n{"oTher":2}`,
      { id: "ID", other: "oTher" },
    ],
    ["on a later line than the first", `${many.join("\n")}\n{"OTHER":1}`, { id: "Id", other: "OTHER" }],
  ])("%s are found, compressed or not", (_where, text, expected) => {
    for (const [name, bytes] of [
      ["a.json", Buffer.from(text)],
      ["a.json.gz", gzipSync(text)],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const file = { key: name, path, size: bytes.length, lastModified: 0 };
      expect(new JsonKeys().spelling(file, ["id", "other"])).toEqual(expected);
    }
  });
});
