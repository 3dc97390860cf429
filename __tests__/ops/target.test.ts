import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractVariable } from "../../contract/variable";
import { shownBy } from "../../ops/smoke/shown";
import { targetOfEnvironment } from "../../ops/target/environment";
import { endOfQuery, startQuery } from "../../ops/target/query-execution";
import { clientsOf, completeHours, retentionOf, type Target, targetOfStack } from "../../ops/target/target";
import { writeStack } from "../local/plan-fixture";
import { sdkEnvironment, setEnvironment, startEndpoint } from "../support/fake-endpoint";
import { synthesized } from "../support/synthesized";

/** Clients of a target, whose calls an endpoint answers. Close it when done. */
async function startClients(answer: Parameters<typeof startEndpoint>[0]) {
  const endpoint = await startEndpoint(answer);
  const restore = setEnvironment(sdkEnvironment(endpoint.url));
  const clients = clientsOf({ location: { region: "eu-west-1", accountId: "123456789012" } });
  return {
    clients,
    calls: () => endpoint.requests.map(({ headers }) => String(headers["x-amz-target"]).split(".")[1]),
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      restore();
      await endpoint.close();
    },
  };
}

/** The answer that is an error. */
function failing(__type: string, message: string) {
  return { status: 400, body: JSON.stringify({ __type, message }) };
}

const NO_VARIABLES = { variables: {} };

/** A target without what differs by the way it was found. */
function comparable({ contract, bastion: _, hints: __, setUpInputs: ___, ...facts }: Target) {
  return { ...facts, contract: contractVariable(contract) };
}

test.each(["dev", "prod"] as const)(
  "the stack of %s tells the names that its environment gives",
  async (name) => {
    const ofStack = await targetOfStack({ directory: await synthesized(name), ...NO_VARIABLES }, {});
    const ofEnvironment = targetOfEnvironment(name, {});
    expect(comparable(ofStack)).toEqual(comparable(ofEnvironment));
    const { contract, ...shown } = shownBy(ofStack);
    const { contract: known, ...expected } = shownBy(ofEnvironment);
    expect(shown).toEqual(expected);
    expect(contract.smoke).toEqual(known.smoke);
  },
);

describe("a stack that does not name where it is", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "target-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const resource = {
    aws_lambda_function: {
      Index: {
        function_name: "Index",
        environment: {
          variables: {
            CONTRACT: "",
            ES_INDEX: "till",
            QUARANTINE_LOCATION: `s3://lake-\${data.aws_caller_identity.me.account_id}/quarantine/`,
            SECRET: `\${data.aws_secretsmanager_secret.other.arn}`,
          },
        },
      },
      Other: { function_name: "Other", runtime: "python3.13" },
    },
    aws_lambda_event_source_mapping: {
      Mapping: {
        event_source_arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/payments",
        function_name: `\${aws_lambda_function.Index.arn}`,
      },
    },
    aws_opensearch_domain: { Domain: { domain_name: "till" } },
    aws_sqs_queue: { Theirs: { name: "theirs" } },
  };

  async function write(): Promise<void> {
    const functions = resource.aws_lambda_function;
    const { contract } = targetOfEnvironment("dev", {});
    functions.Index.environment.variables.CONTRACT = contractVariable(contract);
    writeStack(folder, { provider: { aws: [{}] }, resource });
  }

  test("is in the account and region of the credentials, and other resources do not matter", async () => {
    await write();
    const sts = await startEndpoint(() => ({
      body: "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    }));
    const restore = setEnvironment(sdkEnvironment(sts.url));
    try {
      const target = await targetOfStack(
        { directory: folder, ...NO_VARIABLES },
        { AWS_REGION: "eu-north-1" },
      );
      expect(target).toMatchObject({
        location: { region: "eu-north-1", accountId: "111122223333" },
        stream: { name: "payments" },
        lakeBucket: "lake-111122223333",
        index: "till",
        speed: { domain: "till", functionName: "Index", saml: false },
      });
      expect([target.tables, target.analysts, target.bastion]).toEqual([undefined, undefined, undefined]);
    } finally {
      restore();
      await sts.close();
    }
  });

  test("needs a region", async () => {
    await write();
    await expect(targetOfStack({ directory: folder, ...NO_VARIABLES }, {})).rejects.toThrow("set AWS_REGION");
  });
});

describe("the retention of a stream", () => {
  const DECLARED = { stream: { name: "till", retentionHours: 24 } };

  async function asked(
    answer: { status?: number; body?: string },
    stream: Target["stream"] = DECLARED.stream,
  ) {
    const { clients, calls, close } = await startClients(() => answer);
    const said: string[] = [];
    try {
      const hours = await retentionOf({ stream }, clients, (message) => said.push(message));
      expect(calls()).toEqual(["DescribeStreamSummary"]);
      return { hours, said };
    } finally {
      await close();
    }
  }

  test.each([168, 24])("is %i hours when AWS says so, whatever is declared", async (hours) => {
    const body = JSON.stringify({ StreamDescriptionSummary: { RetentionPeriodHours: hours } });
    const stream = { name: "till", retentionHours: hours === 24 ? 168 : 24 };
    expect(await asked({ body }, stream)).toEqual({ hours, said: [] });
  });

  test("is the declared one for a caller who may not ask, who is told", async () => {
    expect(await asked(failing("AccessDeniedException", "no such right"))).toEqual({
      hours: 24,
      said: [
        "the retention of till could not be read (no such right): it is taken to be the declared 24 hours",
      ],
    });
  });

  test("is not known when AWS has another error, or when none is declared and the caller may not ask", async () => {
    await expect(asked(failing("ResourceNotFoundException", "no stream till"))).rejects.toThrow(
      "no stream till",
    );
    await expect(asked(failing("AccessDeniedException", "no such right"), { name: "till" })).rejects.toThrow(
      "no such right",
    );
  });

  test("says of which hours every record is there: none comes back when it is raised", () => {
    expect(completeHours(DECLARED, 168)).toBe(24);
    expect(completeHours({ stream: { name: "till", retentionHours: 168 } }, 24)).toBe(24);
    expect(completeHours({ stream: { name: "theirs" } }, 48)).toBe(48);
  });
});

describe("a query of Athena", () => {
  afterEach(() => jest.restoreAllMocks());

  test("is waited for while Athena throttles, and is not stopped", async () => {
    // The client's waits between its attempts are a random part of a limit.
    jest.spyOn(Math, "random").mockReturnValue(0);
    let attempts = 0;
    const { clients, calls, close } = await startClients(() =>
      ++attempts <= 5
        ? failing("ThrottlingException", "Rate exceeded")
        : { body: JSON.stringify({ QueryExecution: { Status: { State: "SUCCEEDED" } } }) },
    );
    try {
      await expect(endOfQuery(clients, "q-1")).resolves.toMatchObject({ Status: { State: "SUCCEEDED" } });
      expect(calls()).toEqual(Array(6).fill("GetQueryExecution"));
    } finally {
      await close();
    }
  });

  test("begins when Athena runs fewer queries", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0);
    let attempts = 0;
    const { clients, close } = await startClients(() =>
      ++attempts <= 5
        ? failing("TooManyRequestsException", "too many queries")
        : { body: JSON.stringify({ QueryExecutionId: "q-1" }) },
    );
    try {
      const scope = { ...clients, workgroup: "people", database: "db" };
      await expect(startQuery(scope, "SELECT 1")).resolves.toBe("q-1");
    } finally {
      await close();
    }
  });

  test("whose state cannot be read is stopped, and the error says when that fails", async () => {
    const { clients, calls, close } = await startClients(({ headers }) =>
      failing("AccessDeniedException", `no ${String(headers["x-amz-target"]).split(".")[1]}`),
    );
    try {
      await expect(endOfQuery(clients, "q-1")).rejects.toMatchObject({
        name: "AccessDeniedException",
        message:
          "no GetQueryExecution; query q-1 could not be stopped (no StopQueryExecution), and may go on",
      });
      expect(calls()).toEqual(["GetQueryExecution", "StopQueryExecution"]);
    } finally {
      await close();
    }
  });
});
