#!/usr/bin/env bash
# Writes aggregates.json again: the output of two aggregators for given.json, one from PyPI and one from npm, both of
# awslabs/kinesis-aggregation. Needs Python 3 and network; the tests need neither.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aws-kinesis-agg==1.2.3 protobuf==3.20.3 six==1.17.0
npm install --silent --prefix "$work" --no-save aws-kinesis-agg@4.2.8
node -e 'process.stdout.write(JSON.stringify({
  "aws-kinesis-agg 1.2.3 (PyPI)": JSON.parse(require("fs").readFileSync(process.argv[1])),
  "aws-kinesis-agg 4.2.8 (npm)": JSON.parse(require("fs").readFileSync(process.argv[2])),
}, null, 1) + "\n")' \
  <("$work/venv/bin/python" aggregate.py <given.json) \
  <(NODE_PATH="$work/node_modules" node aggregate.cjs <given.json) >aggregates.json
