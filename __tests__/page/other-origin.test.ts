import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GetTablesCommand, GlueClient } from "@aws-sdk/client-glue";
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { type PageRun, startPageRun } from "../../benchmarks/support/page-run";
import { localKinesis, localS3 } from "../../local/services/clients";
import { LOCAL_CREDENTIALS } from "../../local/services/credentials";

/** Away from the ports of a run that somebody has open. */
const FIRST_PORT = 14_680;
/** Stream, objects, SQL, search, functions, page, STS. */
const PORTS = [0, 1, 2, 3, 4, 5, 6].map((offset) => FIRST_PORT + offset);
const REGION = "eu-west-1";

/**
 * What a page can send without asking, and with asking. Each answers with the number of its attempts that could read an
 * answer.
 */
const ATTACK = `async (targets) => {
  let read = 0;
  const tried = [];
  const attempt = (work) => tried.push(work.then(() => { read++; }, () => {}));
  const within = (start) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("late")), 3000);
    start((value) => { clearTimeout(late); resolve(value); }, (error) => { clearTimeout(late); reject(error); });
  });
  for (const { url, method, headers, body } of targets) {
    for (const mode of ["cors", "no-cors"]) {
      attempt(fetch(url, { method, headers, body, mode }).then((answer) => {
        if (answer.type === "opaque") throw new Error("opaque");
        return answer.text();
      }));
      attempt(fetch(url, { method: "POST", body, mode, headers: { "content-type": "text/plain" } }).then((answer) => {
        if (answer.type === "opaque") throw new Error("opaque");
      }));
    }
    for (const enctype of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]) {
      const frame = document.createElement("iframe");
      frame.name = "f" + Math.random();
      const form = document.createElement("form");
      Object.assign(form, { action: url, method: "POST", enctype, target: frame.name });
      const input = document.createElement("input");
      Object.assign(input, { name: body ?? "", value: "" });
      form.append(input);
      document.body.append(frame, form);
      attempt(within((done, fail) => {
        let loads = 0;
        frame.onload = () => {
          try { if (++loads > 0 && frame.contentDocument?.body?.innerText) done(); } catch (error) { fail(error); }
        };
        form.submit();
      }));
    }
    for (const tag of ["img", "script"]) {
      attempt(within((done, fail) => {
        const element = document.createElement(tag);
        Object.assign(element, { onload: done, onerror: fail, src: url });
        document.body.append(element);
      }));
    }
    attempt(within((done, fail) => { Object.assign(new EventSource(url), { onopen: done, onerror: fail }); }));
    attempt(within((done, fail) => {
      Object.assign(new WebSocket(url.replace("http", "ws")), { onopen: done, onerror: fail });
    }));
    navigator.sendBeacon(url, body ?? "");
  }
  await Promise.all(tried);
  return { read, tried: tried.length };
}`;

describe("a page of another origin", () => {
  let browser: Browser;
  let run: PageRun;
  let other: Server;
  let page: Page;
  const statuses = new Map<string, Set<number>>();

  beforeAll(async () => {
    run = await startPageRun(
      "--port",
      String(FIRST_PORT),
      "--time-scale",
      "60",
      "--max-count",
      "100",
      "--rate",
      "1000",
    );
    other = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<body>other</body>"),
    );
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    browser = await startBrowser();
    page = await browser.newPage();
    page.on("response", (answer) => {
      const { origin } = new URL(answer.url());
      statuses.set(origin, (statuses.get(origin) ?? new Set()).add(answer.status()));
    });
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    other?.close();
    await run?.stop();
  });

  const url = (offset: number): string => `http://127.0.0.1:${FIRST_PORT + offset}`;
  const kinesis = localKinesis(url(0), REGION);
  const s3 = localS3(url(1), REGION);
  const glue = new GlueClient({ endpoint: url(2), region: REGION, credentials: LOCAL_CREDENTIALS });

  /** The state that the attempts aim at. */
  async function state(stream: string, bucket: string, database: string): Promise<unknown> {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
    let victims = 0;
    for (const { ShardId } of Shards) {
      const { ShardIterator } = await kinesis.send(
        new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
      );
      const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      victims += Records.filter(({ PartitionKey }) => PartitionKey === "victim").length;
    }
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "victim" }));
    const { TableList = [] } = await glue.send(new GetTablesCommand({ DatabaseName: database }));
    const indices = await (await fetch(`${url(3)}/_cat/indices?format=json`)).json().catch(() => undefined);
    return {
      victims,
      objects: Contents.map(({ Key, ETag }) => [Key, ETag]),
      // A merge of the run itself may be under way.
      tables: TableList.map(({ Name = "" }) => Name).filter((name) => !name.startsWith("tmp_merge_")),
      hasVictimIndex: JSON.stringify(indices ?? "").includes("victim"),
    };
  }

  test("writes, reads, invokes and deletes nothing, whatever it sends", async () => {
    const databases = (await (
      await fetch(`${url(2)}/`, {
        method: "POST",
        body: "{}",
        headers: { "x-amz-target": "AWSGlue.GetDatabases" },
      })
    ).json()) as { DatabaseList: readonly { Name: string }[] };
    const database = databases.DatabaseList[0]?.Name ?? "";
    const bucketList = await (await fetch(url(1))).text();
    const bucket = /<Name>([^<]+)<\/Name>/.exec(bucketList)?.[1] ?? "";
    const streams = (await (
      await fetch(url(0), {
        method: "POST",
        body: "{}",
        headers: {
          "x-amz-target": "Kinesis_20131202.ListStreams",
          "content-type": "application/x-amz-json-1.1",
        },
      })
    ).json()) as { StreamNames: readonly string[] };
    const stream = streams.StreamNames[0] ?? "";
    await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "victim", Body: "whole" }));
    const before = await state(stream, bucket, database);
    expect(before).toMatchObject({ victims: 0, objects: [["victim", expect.any(String)]] });

    const put = JSON.stringify({ StreamName: stream, PartitionKey: "victim", Data: "eA==" });
    const json = (target: string) => ({
      "x-amz-target": target,
      "content-type": "application/x-amz-json-1.1",
    });
    const found = await page.evaluate<{ read: number; tried: number }>(
      `(${ATTACK})(${JSON.stringify([
        { url: `${url(0)}/`, method: "POST", headers: json("Kinesis_20131202.PutRecord"), body: put },
        { url: `${url(1)}/${bucket}/victim`, method: "PUT", body: "replaced" },
        { url: `${url(1)}/${bucket}/victim`, method: "DELETE" },
        {
          url: `${url(1)}/${bucket}?delete`,
          method: "POST",
          body: "<Delete><Object><Key>victim</Key></Object></Delete>",
        },
        { url: `${url(2)}/`, method: "POST", headers: json("AWSGlue.DeleteTable"), body: "{}" },
        {
          url: `${url(3)}/victim/_doc/1`,
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: "{}",
        },
        { url: `${url(3)}/_bulk`, method: "POST", body: '{"index":{"_index":"victim"}}\n{}\n' },
        { url: `${url(4)}/2015-03-31/functions/x/invocations`, method: "POST", body: "{}" },
        {
          url: `${url(5)}/rate`,
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"linesPerSecond":1}',
        },
        { url: `${url(5)}/events`, method: "GET" },
        { url: `${url(6)}/?Action=GetCallerIdentity`, method: "GET" },
      ])})`,
    );

    expect(found.tried).toBeGreaterThan(100);
    expect(found.read).toBe(0);
    expect(await state(stream, bucket, database)).toEqual(before);
    // The attempts have reached the ports, and each was refused.
    for (const port of PORTS) {
      expect([port, [...(statuses.get(`http://127.0.0.1:${port}`) ?? [])]]).toEqual([port, [403]]);
    }
  });

  test("whose name leads here is refused by every port", async () => {
    for (const port of PORTS) {
      const answer = await new Promise<number | undefined>((resolve, reject) => {
        const { request }: typeof import("node:http") = require("node:http");
        const sent = request(
          { host: "127.0.0.1", port, headers: { host: `evil.example:${port}` } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        sent.on("error", reject);
        sent.end();
      });
      expect([port, answer]).toEqual([port, 403]);
    }
  });
});
