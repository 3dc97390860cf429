/**
 * Aggregates user records with aws-kinesis-agg from npm, for aggregates.json. See write-aggregates.sh.
 * Reads {what: [{partitionKey, explicitHashKey?, data}]} and writes {what: base64}.
 */
"use strict";

const { readFileSync } = require("node:fs");
const { aggregate } = require("aws-kinesis-agg");

const given = JSON.parse(readFileSync(0, "utf8"));
const aggregated = {};
for (const [what, records] of Object.entries(given)) {
  aggregate(
    records,
    (record) => {
      if (what in aggregated) throw new Error(`${what}: more than one aggregated record`);
      aggregated[what] = record.data.toString("base64");
    },
    () => undefined,
    (error) => {
      if (error) throw error;
    },
  );
}
setImmediate(() => process.stdout.write(JSON.stringify(aggregated)));
