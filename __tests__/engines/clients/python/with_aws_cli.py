import json
import os
import subprocess
import sys
import tempfile

from checks import DATABASE, TABLE, WORKGROUP, check, run, setting

STREAM = setting("STREAM")
STREAM_ARN = setting("STREAM_ARN")
LAKE = setting("LAKE")
AWS = [sys.executable, "-m", "awscli"]


def aws(*arguments):
    ended = subprocess.run([*AWS, *arguments, "--output", "json"], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise AssertionError(ended.stderr.strip())
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def text(*arguments):
    ended = subprocess.run([*AWS, *arguments], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise AssertionError(ended.stderr.strip() or ended.stdout.strip())
    return ended.stdout


def refusal(*arguments):
    """The error that a command must end with."""
    ended = subprocess.run([*AWS, *arguments], capture_output=True, text=True, check=False)
    if ended.returncode == 0:
        raise AssertionError("not refused")
    return ended.stderr.strip().splitlines()[-1]


@check("sts get-caller-identity")
def identity():
    return aws("sts", "get-caller-identity")["Account"]


@check("s3 ls, with and without a bucket")
def listing():
    return {"lake": LAKE in text("s3", "ls"), "objects": "json-data/" in text("s3", "ls", f"s3://{LAKE}")}


@check("s3 cp of 20 MB (multipart), s3 mv, s3 sync, s3 rm --recursive")
def files():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "large.bin")
        with open(path, "wb") as file:
            file.write(os.urandom(20 * 1024 * 1024))
        text("s3", "cp", path, f"s3://{LAKE}/clients/large.bin")
        text("s3", "cp", f"s3://{LAKE}/clients/large.bin", path + ".back")
        same = open(path, "rb").read() == open(path + ".back", "rb").read()
        with open(os.path.join(folder, "small.txt"), "w") as file:
            file.write("x")
        text("s3", "cp", os.path.join(folder, "small.txt"), f"s3://{LAKE}/clients/small.txt")
        text("s3", "mv", f"s3://{LAKE}/clients/small.txt", f"s3://{LAKE}/clients/moved.txt")
        text("s3", "sync", f"s3://{LAKE}/clients/", os.path.join(folder, "all"))
        found = sorted(os.listdir(os.path.join(folder, "all")))
    text("s3", "rm", "--recursive", f"s3://{LAKE}/clients/")
    return {"same": same, "found": found}


@check("kinesis put-record by ARN, get-records")
def records():
    put = aws("kinesis", "put-record", "--stream-arn", STREAM_ARN, "--partition-key", "cli", "--data", "bm90IGEgdHJhbnNhY3Rpb24=")
    iterator = aws("kinesis", "get-shard-iterator", "--stream-name", STREAM, "--shard-id", put["ShardId"], "--shard-iterator-type", "AT_SEQUENCE_NUMBER", "--starting-sequence-number", put["SequenceNumber"])["ShardIterator"]
    return aws("kinesis", "get-records", "--shard-iterator", iterator, "--limit", "1")["Records"][0]["PartitionKey"]


@check("athena start-query-execution with --execution-parameters")
def query():
    started = aws("athena", "start-query-execution", "--work-group", WORKGROUP, "--query-execution-context", f"Database={DATABASE}", "--query-string", f"SELECT count(*) FROM {TABLE} WHERE country = ?", "--execution-parameters", "'Nowhere'")["QueryExecutionId"]
    while (state := aws("athena", "get-query-execution", "--query-execution-id", started)["QueryExecution"]["Status"]["State"]) in ("QUEUED", "RUNNING"):
        pass
    rows = aws("athena", "get-query-results", "--query-execution-id", started)["ResultSet"]["Rows"]
    return [state, rows[1]["Data"][0]["VarCharValue"]]


@check("glue get-tables")
def tables():
    return TABLE in [table["Name"] for table in aws("glue", "get-tables", "--database-name", DATABASE)["TableList"]]


@check("lambda invoke of a function that is not there")
def invoke():
    return refusal("lambda", "invoke", "--function-name", "nowhere", "/dev/null").split(":")[0]


@check("logs describe-log-groups: refused by name, here")
def logs():
    return refusal("logs", "describe-log-groups")


run()
