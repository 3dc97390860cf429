import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import { eventually } from "../../benchmarks/support/eventually";
import type { FunctionModel } from "../../local/plan/data-plane";
import { type Functions, startFunctions } from "../../local/services/lambda/functions/start-functions";
import { watchedFunctions, watchFunctions } from "../../local/watch-functions";
import { bundleFunction, FunctionBuilder } from "../../modules/functions/bundle";

/** A process starts, and esbuild too. */
const WITHIN_MS = 30_000;
const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Greeter";

let root: string;
let functions: Functions;
let end: () => void;
let said: string[];
let updates: number;

function save(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function modelOf(archivePath: string): FunctionModel {
  return {
    address: "aws_lambda_function.Greeter",
    name: "Greeter",
    arn: ARN,
    roleArn: "arn:aws:iam::000000000000:role/greeter",
    archivePath,
    handler: "index.handler",
    runtime: "nodejs22.x",
    timeoutSeconds: 10,
    memoryMiB: 128,
    environment: {},
  };
}

function invoke(event: unknown = {}): Promise<unknown> {
  return functions.invoke(ARN, event);
}

/** A function of two sources in a folder of its own, which runs and is watched. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "watch-functions-"));
  save("contract/greeting.ts", 'export const greeting: string = "hello";');
  save(
    "lambdas/greeter/handler.ts",
    `import { greeting } from "../../contract/greeting";
     export const handler = async ({ ms = 0 }: { ms?: number }) => {
       await new Promise((done) => setTimeout(done, ms));
       return greeting;
     };`,
  );
  const builder = new FunctionBuilder(root);
  const { files, inputs } = await builder.build("greeter");
  await builder.close();
  const archivePath = join(root, "greeter.zip");
  writeFileSync(archivePath, zipSync({ ...files }));
  const model = modelOf(archivePath);
  functions = await startFunctions([model], { baseEnvironment: {} });
  said = [];
  updates = 0;
  const update = async (code: typeof files): Promise<void> => {
    updates++;
    functions.update(ARN, code);
  };
  end = watchFunctions([{ name: "Greeter", folder: "greeter", inputs, update }], root, (text) =>
    said.push(text),
  );
});

afterEach(async () => {
  end();
  await functions.close();
  rmSync(root, { recursive: true });
});

test("a saved source is in the next invocation, whatever folder it is in", async () => {
  expect(await invoke()).toBe("hello");

  save("contract/greeting.ts", 'export const greeting: string = "good day";');

  await eventually(async () => expect(await invoke()).toBe("good day"), WITHIN_MS);
  expect(said).toEqual([expect.stringMatching(/^Greeter reloaded, \d+ ms$/)]);
});

test("an invocation in progress ends with the code that it began with", async () => {
  // Two processes, so that one is idle.
  await Promise.all([invoke({ ms: 500 }), invoke({ ms: 500 })]);
  const running = invoke({ ms: 3_000 });
  save("contract/greeting.ts", 'export const greeting: string = "good day";');
  await eventually(() => expect(said).toHaveLength(1), WITHIN_MS);

  expect(await invoke()).toBe("good day");
  expect(await running).toBe("hello");
  // Its process is not used again.
  expect(await Promise.all([invoke(), invoke(), invoke()])).toEqual(Array(3).fill("good day"));
});

test("what does not build is said with its place, and the old code stays until it is repaired", async () => {
  save("contract/greeting.ts", 'export const greeting: string = "good\nday";');
  await eventually(() => expect(said).toHaveLength(1), WITHIN_MS);

  expect(said[0]).toBe("Greeter is not reloaded: contract/greeting.ts:1:38: Unterminated string literal");
  expect(await invoke()).toBe("hello");

  save("contract/greeting.ts", 'export { greeting } from "./later";');
  await eventually(() => expect(said).toHaveLength(2), WITHIN_MS);
  expect(said[1]).toBe('Greeter is not reloaded: contract/greeting.ts:1:26: Could not resolve "./later"');
  expect(await invoke()).toBe("hello");

  save("contract/later.ts", 'export const greeting: string = "good evening";');
  await eventually(async () => expect(await invoke()).toBe("good evening"), WITHIN_MS);

  // The new file is a source now.
  save("contract/later.ts", 'export const greeting: string = "good night";');
  await eventually(async () => expect(await invoke()).toBe("good night"), WITHIN_MS);
});

test("the same code again replaces nothing", async () => {
  save("contract/greeting.ts", 'export const greeting: string = "good day";');
  await eventually(() => expect(said).toHaveLength(1), WITHIN_MS);

  save("contract/greeting.ts", '/** A comment. */\nexport const greeting: string = "good day";');
  await eventually(() => expect(said[1]).toBe("Greeter is unchanged"), WITHIN_MS);

  expect(updates).toBe(1);
  expect(said).toHaveLength(2);
});

describe("a folder that cannot be watched", () => {
  /** Watches functions in the place of the one above. */
  function watchInstead(...watched: Parameters<typeof watchFunctions>[0]): void {
    end();
    end = watchFunctions(watched, root, (text) => said.push(text));
  }

  test("is said once, and the others are watched", async () => {
    const update = async (): Promise<void> => undefined;
    watchInstead(
      { name: "Greeter", folder: "greeter", inputs: ["gone/x.ts", "contract/greeting.ts"], update },
      { name: "Other", folder: "greeter", inputs: ["gone/x.ts", "gone/y.ts"], update },
    );

    expect(said).toEqual([expect.stringMatching(/^gone is not watched: .*ENOENT/)]);

    save("contract/greeting.ts", 'export const greeting: string = "good day";');
    await eventually(() => expect(said).toHaveLength(2), WITHIN_MS);
    expect(said[1]).toMatch(/^Greeter reloaded/);
  });

  test("does not end the builds when one of them brings it", async () => {
    const inputs = ["contract/greeting.ts"];
    // Its build reads the folder, which is gone when it is to be watched.
    const update = async (): Promise<void> => rmSync(join(root, "deep"), { recursive: true, force: true });
    watchInstead({ name: "Greeter", folder: "greeter", inputs, update });
    save("deep/later.ts", 'export const greeting: string = "good evening";');
    save("contract/greeting.ts", 'export { greeting } from "../deep/later";');
    await eventually(
      () =>
        expect(said).toEqual([
          expect.stringMatching(/^Greeter reloaded/),
          expect.stringMatching(/^deep is not watched: .*ENOENT/),
        ]),
      WITHIN_MS,
    );

    save("contract/greeting.ts", 'export const greeting: string = "good night";');
    await eventually(() => expect(said).toHaveLength(3), WITHIN_MS);
    expect(said[2]).toMatch(/^Greeter reloaded/);
  });
});

describe("the functions of a run", () => {
  /** A run of one function, which keeps what is done with it. */
  function runOf(
    archivePath: string,
    invocations: readonly string[],
    answer = async (): Promise<unknown> => null,
  ) {
    const done: unknown[] = [];
    const watched = watchedFunctions({
      plane: {
        functions: [modelOf(archivePath)],
        invocations: invocations.map((address) => ({
          address,
          functionArn: ARN,
          input: address,
          dependsOn: [],
        })),
      },
      functions: {
        ...functions,
        update: (arn, files) => void done.push(["update", arn, Object.keys(files)]),
        invoke: (arn, event) => {
          done.push(["invoke", arn, event]);
          return answer();
        },
      },
      say: (text) => said.push(text),
    });
    return { watched, done };
  }

  test("are known by their zip, with their sources", () => {
    const { watched } = runOf(bundleFunction("validate-records").path, []);

    expect(watched).toMatchObject([{ name: "Greeter", folder: "validate-records" }]);
    expect(watched[0]?.inputs).toEqual(
      expect.arrayContaining(["contract/judge.ts", "lambdas/validate-records/handler.ts"]),
    );
    expect(said).toEqual([]);
  });

  test("of other sources are named, and not reloaded", () => {
    const { watched } = runOf(join(root, "greeter.zip"), []);

    expect(watched).toEqual([]);
    expect(said).toEqual([
      "Greeter is not reloaded when its sources are saved: its code was not built from them",
    ]);
  });

  test("are invoked again by the deploy's invocations, as an apply does, and a failure is said", async () => {
    const fails = async (): Promise<never> => {
      throw new Error("the index is closed");
    };
    const { watched, done } = runOf(bundleFunction("search-setup").path, ["a", "b"], fails);

    await watched[0]?.update({ "index.js": Buffer.of() });

    expect(done).toEqual([
      ["update", ARN, ["index.js"]],
      ["invoke", ARN, "a"],
      ["invoke", ARN, "b"],
    ]);
    expect(said).toEqual(["a failed: the index is closed", "b failed: the index is closed"]);
  });
});
