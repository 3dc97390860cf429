"""
Aggregates user records with aws-kinesis-agg from PyPI, for aggregates.json. See write-aggregates.sh.
Reads {what: [{partitionKey, explicitHashKey?, data}]} and writes {what: base64}.
"""
import base64
import json
import sys

from aws_kinesis_agg.aggregator import RecordAggregator

aggregated = {}
for what, records in json.load(sys.stdin).items():
    aggregator = RecordAggregator()
    for record in records:
        data = record["data"].encode("utf-8")
        if aggregator.add_user_record(record["partitionKey"], data, record.get("explicitHashKey")) is not None:
            raise ValueError(f"{what}: more than one aggregated record")
    _, _, data = aggregator.clear_and_get().get_contents()
    aggregated[what] = base64.b64encode(data).decode("ascii")
json.dump(aggregated, sys.stdout)
