import json
import time

import boto3
from botocore.exceptions import ClientError
from checks import DATABASE, TABLE, WORKGROUP, check, run, setting

STREAM = setting("STREAM")
STREAM_ARN = setting("STREAM_ARN")
LAKE = setting("LAKE")


def refusal(call):
    """The code of the error that a call must end with."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] + ": " + error.response["Error"]["Message"]
    raise AssertionError("not refused")


@check("sts: get_caller_identity")
def identity():
    answer = boto3.client("sts").get_caller_identity()
    return {"Account": answer["Account"]}


@check("s3: list_buckets with dates")
def buckets():
    listed = boto3.client("s3").list_buckets()["Buckets"]
    return {"lake": any(b["Name"] == LAKE for b in listed), "dated": all(b["CreationDate"].year >= 2025 for b in listed)}


@check("s3: get_bucket_location")
def location():
    return boto3.client("s3").get_bucket_location(Bucket=LAKE)["LocationConstraint"]


@check("s3: put, head, get, copy of an object, paginate, delete")
def objects():
    s3 = boto3.client("s3")
    s3.put_object(Bucket=LAKE, Key="clients/a b+ü.txt", Body=b"hello", ContentType="text/plain")
    head = s3.head_object(Bucket=LAKE, Key="clients/a b+ü.txt")
    s3.copy_object(Bucket=LAKE, Key="clients/copy.txt", CopySource={"Bucket": LAKE, "Key": "clients/a b+ü.txt"})
    body = s3.get_object(Bucket=LAKE, Key="clients/a b+ü.txt", Range="bytes=1-3")["Body"].read().decode()
    keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=LAKE, Prefix="clients/") for o in page["Contents"]]
    s3.delete_objects(Bucket=LAKE, Delete={"Objects": [{"Key": key} for key in keys]})
    return {"length": head["ContentLength"], "range": body, "keys": keys, "left": s3.list_objects_v2(Bucket=LAKE, Prefix="clients/")["KeyCount"]}


@check("s3: upload_file of 20 MB (multipart by default)")
def upload():
    import os
    import tempfile

    s3 = boto3.client("s3")
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(20 * 1024 * 1024))
        file.flush()
        s3.upload_file(file.name, LAKE, "clients/large.bin")
    size = s3.head_object(Bucket=LAKE, Key="clients/large.bin")["ContentLength"]
    s3.delete_object(Bucket=LAKE, Key="clients/large.bin")
    return size


@check("s3: download_file")
def download():
    import tempfile

    s3 = boto3.client("s3")
    s3.put_object(Bucket=LAKE, Key="clients/down.bin", Body=b"x" * (9 * 1024 * 1024))
    with tempfile.NamedTemporaryFile() as file:
        s3.download_file(LAKE, "clients/down.bin", file.name)
        size = len(open(file.name, "rb").read())
    s3.delete_object(Bucket=LAKE, Key="clients/down.bin")
    return size


@check("kinesis: put_record by ARN, put_records by name")
def put():
    kinesis = boto3.client("kinesis")
    line = json.dumps({"Invoice": "C1", "StockCode": "1", "Description": "x", "Quantity": 1, "InvoiceDate": "2026-11-28 10:00:00", "Price": 1.5, "Customer_ID": "1", "Country": "France"}).encode()
    one = kinesis.put_record(StreamARN=STREAM_ARN, Data=line, PartitionKey="a")
    many = kinesis.put_records(StreamName=STREAM, Records=[{"Data": line, "PartitionKey": str(i)} for i in range(10)])
    return {"shard": one["ShardId"].startswith("shardId-"), "failed": many["FailedRecordCount"]}


@check("kinesis: describe_stream_summary, list_shards")
def describe():
    kinesis = boto3.client("kinesis")
    summary = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
    return {"arn": summary["StreamARN"] == STREAM_ARN, "mode": summary.get("StreamModeDetails", {}).get("StreamMode"), "shards": len(kinesis.list_shards(StreamARN=STREAM_ARN)["Shards"])}


@check("kinesis: consumer loop until MillisBehindLatest is 0")
def consume():
    kinesis = boto3.client("kinesis")
    put = kinesis.put_records(StreamName=STREAM, Records=[{"Data": b"not a transaction", "PartitionKey": str(i)} for i in range(100)])
    missing = {record["SequenceNumber"] for record in put["Records"]}
    for shard in kinesis.list_shards(StreamName=STREAM)["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=100)
            missing -= {record["SequenceNumber"] for record in answer["Records"]}
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                break
            time.sleep(0.2)
    return {"all that was put": not missing}


@check("kinesis: 501 records are refused")
def too_many():
    kinesis = boto3.client("kinesis")
    return refusal(lambda: kinesis.put_records(StreamName=STREAM, Records=[{"Data": b"x", "PartitionKey": "a"}] * 501))


@check("athena: a query with parameters")
def query():
    athena = boto3.client("athena")
    started = athena.start_query_execution(
        QueryString=f"SELECT count(*) FROM {TABLE} WHERE country = ?",
        ExecutionParameters=["'Nowhere'"],
        QueryExecutionContext={"Database": DATABASE},
        WorkGroup=WORKGROUP,
    )["QueryExecutionId"]
    while (state := athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"])["State"] in ("QUEUED", "RUNNING"):
        time.sleep(0.1)
    if state["State"] != "SUCCEEDED":
        raise AssertionError(state)
    rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


@check("athena: a query of a table that is not there")
def missing():
    athena = boto3.client("athena")
    started = athena.start_query_execution(QueryString="SELECT * FROM nowhere", QueryExecutionContext={"Database": DATABASE}, WorkGroup=WORKGROUP)["QueryExecutionId"]
    while (state := athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"])["State"] in ("QUEUED", "RUNNING"):
        time.sleep(0.1)
    return state["State"] + " " + state["StateChangeReason"].split(":")[0]


@check("athena: list_work_groups, list_data_catalogs, list_databases, list_table_metadata")
def lists():
    athena = boto3.client("athena")
    groups = [g["Name"] for g in athena.list_work_groups()["WorkGroups"]]
    catalogs = [c["CatalogName"] for c in athena.list_data_catalogs()["DataCatalogsSummary"]]
    databases = [d["Name"] for d in athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]]
    tables = [t["Name"] for t in athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE)["TableMetadataList"]]
    return {"workgroup": WORKGROUP in groups, "catalogs": catalogs, "database": DATABASE in databases, "table": TABLE in tables}


@check("glue: get_databases, get_tables, get_table")
def catalog():
    glue = boto3.client("glue")
    databases = [d["Name"] for d in glue.get_databases()["DatabaseList"]]
    tables = [t["Name"] for t in glue.get_tables(DatabaseName=DATABASE)["TableList"]]
    return {"database": DATABASE in databases, "table": TABLE in tables, "columns": len(glue.get_table(DatabaseName=DATABASE, Name=TABLE)["Table"]["StorageDescriptor"]["Columns"])}


@check("lambda: invoke of a function that is not there")
def functions():
    client = boto3.client("lambda")
    return refusal(lambda: client.invoke(FunctionName="nowhere"))


run()
