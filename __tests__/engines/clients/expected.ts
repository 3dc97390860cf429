/** What each check answers, by client. A check that is refused on purpose expects the refusal's name. */
export const EXPECTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "AWS CLI": {
    "sts get-caller-identity": "000000000000",
    "s3 ls, with and without a bucket": { lake: true, objects: true },
    "s3 cp of 20 MB (multipart), s3 mv, s3 sync, s3 rm --recursive": {
      same: true,
      found: ["large.bin", "moved.txt"],
    },
    "kinesis put-record by ARN, get-records": "cli",
    "athena start-query-execution with --execution-parameters": ["SUCCEEDED", "0"],
    "glue get-tables": true,
    "lambda invoke of a function that is not there":
      "An error occurred (ResourceNotFoundException) when calling the Invoke operation",
    "logs describe-log-groups: refused by name, here": expect.stringMatching(
      /^An error occurred \(\w+\) when calling the DescribeLogGroups operation: DescribeLogGroups is not supported by the local run/,
    ),
  },
  boto3: {
    "sts: get_caller_identity": { Account: "000000000000" },
    "s3: list_buckets with dates": { lake: true, dated: true },
    "s3: get_bucket_location": "eu-west-1",
    "s3: put, head, get, copy of an object, paginate, delete": {
      length: 5,
      range: "ell",
      keys: ["clients/a b+ü.txt", "clients/copy.txt"],
      left: 0,
    },
    "s3: upload_file of 20 MB (multipart by default)": 20 * 1024 * 1024,
    "s3: download_file": 9 * 1024 * 1024,
    "kinesis: put_record by ARN, put_records by name": { shard: true, failed: 0 },
    "kinesis: describe_stream_summary, list_shards": { arn: true, mode: "ON_DEMAND", shards: 4 },
    "kinesis: consumer loop until MillisBehindLatest is 0": { "all that was put": true },
    "kinesis: 501 records are refused": expect.stringMatching(
      /^(InvalidArgument|Validation)Exception: .*500/,
    ),
    "athena: a query with parameters": [["_col0"], ["0"]],
    "athena: a query of a table that is not there": expect.stringMatching(/^FAILED TABLE_NOT_FOUND/),
    "athena: list_work_groups, list_data_catalogs, list_databases, list_table_metadata": {
      workgroup: true,
      catalogs: ["AwsDataCatalog"],
      database: true,
      table: true,
    },
    "glue: get_databases, get_tables, get_table": { database: true, table: true, columns: 11 },
    "lambda: invoke of a function that is not there": expect.stringMatching(/^ResourceNotFoundException: /),
  },
  awswrangler: {
    "read_sql_query with its defaults (CTAS)": {
      rows: true,
      columns: ["country", "lines", "revenue"],
      lines: true,
    },
    "read_sql_query without CTAS": { rows: true },
    read_sql_table: { rows: true },
    "read_sql_query with params": 0,
    "s3.list_objects, s3.read_parquet, s3.read_json": { objects: true, parquet: true, json: true },
    "s3.to_parquet and back": [1, 2],
    "catalog.databases, catalog.tables, catalog.table": { database: true, table: true, columns: 15 },
  },
  PyAthena: {
    "cursor: a query with parameters (pyformat)": { lines: true, text: "it's" },
    "cursor: a query with parameters (qmark: ExecutionParameters)": 0,
    "DictCursor: types of all columns": {
      invoice: "str",
      quantity: "int",
      invoicedate: "datetime",
      price: "Decimal",
      arrived_at: "datetime",
      yes: "bool",
      nothing: "NoneType",
    },
    "PandasCursor: as_pandas": { rows: true, columns: ["country", "price"] },
    "a table that is not there": expect.stringMatching(/^TABLE_NOT_FOUND/),
    "SHOW TABLES, DESCRIBE, SHOW PARTITIONS": { table: true, invoice: "invoice" },
  },
  SQLAlchemy: {
    "inspector: schemas, tables, columns, has_table of one that is not there": {
      schema: true,
      table: true,
      views: [],
      columns: "DECIMAL(12, 4)",
      nowhere: false,
    },
    "reflection and a select": { lines: true, rows: true },
    "text with bound parameters": 0,
    "pandas.read_sql": { rows: true },
  },
  "opensearch-py": {
    "info, cluster.health": { version: "opensearch", status: "green" },
    "cat.indices, indices.get_mapping": { retail: true, mapping: true },
    "search with a query and an aggregation": { hits: true, buckets: true },
    count: true,
    "helpers.scan: refused by name": expect.stringMatching(
      /not supported by the local search double: .*scroll/,
    ),
    "helpers.bulk, delete of an index of one's own": { indexed: 1, deleted: true },
  },
  "AWS SDK for Go": {
    "sts: GetCallerIdentity": "000000000000",
    "s3: ListObjectsV2": true,
    "kinesis: PutRecord by ARN": true,
    "kinesis: PutRecords of 501 records is refused": expect.stringMatching(
      /^(InvalidArgument|Validation)Exception$/,
    ),
    "kinesis: consumer loop until MillisBehindLatest is 0": true,
  },
};
