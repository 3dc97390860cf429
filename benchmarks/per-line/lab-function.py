"""A contender: the steps of the lab's function UpsertToES, by the standard library.

For each record: base64, JSON, required fields, an id from MD5, the date in another format; for each batch one bulk body of
documents, sent and its answer read. Its client of the search domain is left out, so it is cheaper than the original.
Arguments: port of the bulk server, lines, files of events.
"""

import base64
import hashlib
import http.client
import json
import sys
import time
from datetime import datetime

PORT, LINES, FILES = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
REQUIRED = ["Invoice", "StockCode", "Customer_ID"]
DATES = ["InvoiceDate"]

connection = http.client.HTTPConnection("127.0.0.1", PORT)


def document(record):
    row = json.loads(base64.b64decode(record["kinesis"]["data"]).decode("utf-8"))
    if not any(row.get(field) for field in REQUIRED):
        return []
    key = ":".join(row.get(field, "") for field in REQUIRED)
    row["doc_id"] = hashlib.md5(key.encode("utf-8")).hexdigest()[:8]
    for field in DATES:
        if field in row:
            row[field] = datetime.strptime(row[field], "%Y-%m-%d %H:%M:%S").strftime("%Y-%m-%dT%H:%M:%SZ")
    return [{"index": {"_index": "retail", "_id": row["doc_id"]}}, row]


def handle(event):
    lines = [entry for record in event["Records"] for entry in document(record)]
    body = "\n".join(json.dumps(line) for line in lines) + "\n"
    connection.request("POST", "/_bulk?refresh=true", body.encode("utf-8"), {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


texts = [open(file, encoding="utf-8").read() for file in FILES]
for _ in sys.stdin:
    nanos = 0
    for text in texts:
        event = json.loads(text)
        before = time.process_time_ns()
        handle(event)
        nanos += time.process_time_ns() - before
    print(json.dumps({"cpuMicros": nanos / 1_000, "lines": LINES}, separators=(",", ":")), flush=True)
