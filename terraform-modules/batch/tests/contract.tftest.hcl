mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "retail_trans" {
  command = plan

  variables {
    name = "retail_trans"
    prefix = "test"
    event_time = "InvoiceDate"
    columns = [{"name":"Invoice","required":true,"kind":"text","comment":"Invoice number; a leading C marks a cancellation","search":"exact"},{"name":"StockCode","required":true,"kind":"text","comment":"Product code","search":"exact"},{"name":"Description","required":false,"kind":"text","comment":"Product name","search":"words"},{"name":"Quantity","required":true,"kind":"integer","comment":"Units on this invoice line; negative on a cancellation"},{"name":"InvoiceDate","required":true,"kind":"timestamp","comment":"When the invoice was made, UTC, to the second","format":"seconds"},{"name":"Price","required":true,"kind":"decimal","precision":12,"scale":4,"comment":"Price of one unit, pounds sterling"},{"name":"Customer_ID","required":false,"kind":"text","comment":"Customer number; empty for a guest","search":"exact"},{"name":"Country","required":false,"kind":"text","comment":"Country of the customer","search":"exact"}]
    tables = {"raw":"retail_trans_json","merged":"ctas_retail_trans_parquet","quarantine":"retail_trans_quarantine"}
    index = "retail"
    parquet_folder = "parquet-retail-trans/"
    reader_role = "retail_reader"
    smoke = {"StockCode":"SMOKE","Quantity":0,"Price":0}
  }

  assert {
    condition     = aws_lambda_function.validate_records_function.environment[0].variables.CONTRACT == "InvoiceDate,Invoice:t!,StockCode:t!,Description:t~,Quantity:i!,InvoiceDate:s!,Price:d12.4!,Customer_ID:t,Country:t"
    error_message = "CONTRACT differs from that of TypeScript"
  }

  assert {
    condition     = aws_lambda_function.merge_small_files_function.environment[0].variables.COLUMN_NAMES == "invoice,stockcode,description,quantity,invoicedate,price,customer_id,country,record_id,arrived_at,extra"
    error_message = "COLUMN_NAMES differs from that of TypeScript"
  }

  assert {
    condition     = jsonencode([for c in aws_glue_catalog_table.catalog_raw.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode([["invoice","string","Invoice number; a leading C marks a cancellation"],["stockcode","string","Product code"],["description","string","Product name"],["quantity","int","Units on this invoice line; negative on a cancellation"],["invoicedate","timestamp","When the invoice was made, UTC, to the second"],["price","decimal(12,4)","Price of one unit, pounds sterling"],["customer_id","string","Customer number; empty for a guest"],["country","string","Country of the customer"],["record_id","string","Place of the line in the stream: shard, sequence number, line; unique"],["arrived_at","timestamp","When the stream took the record, UTC, to the millisecond"],["extra","string","Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')"]])
    error_message = "columns of catalog_raw differs from that of TypeScript"
  }

  assert {
    condition     = jsonencode([for c in aws_glue_catalog_table.catalog_parquet.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode([["invoice","string","Invoice number; a leading C marks a cancellation"],["stockcode","string","Product code"],["description","string","Product name"],["quantity","int","Units on this invoice line; negative on a cancellation"],["invoicedate","timestamp","When the invoice was made, UTC, to the second"],["price","decimal(12,4)","Price of one unit, pounds sterling"],["customer_id","string","Customer number; empty for a guest"],["country","string","Country of the customer"],["record_id","string","Place of the line in the stream: shard, sequence number, line; unique"],["arrived_at","timestamp","When the stream took the record, UTC, to the millisecond"],["extra","string","Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')"]])
    error_message = "columns of catalog_parquet differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_first_ten.query == "SELECT * FROM retail_trans_json WHERE NOT coalesce(\"price\" = 0 AND \"quantity\" = 0 AND \"stockcode\" = 'SMOKE', false) LIMIT 10"
    error_message = "query FirstTen differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_first_ten_merged.query == "SELECT * FROM ctas_retail_trans_parquet WHERE NOT coalesce(\"price\" = 0 AND \"quantity\" = 0 AND \"stockcode\" = 'SMOKE', false) LIMIT 10"
    error_message = "query FirstTenMerged differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_quarantine.query == "SELECT record_id, arrived_at, layer, reason, detail, original\nFROM (\n  SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY layer, reason, detail) AS entry\n  FROM retail_trans_quarantine\n) AS entries\nWHERE entry = 1\nORDER BY arrived_at, record_id"
    error_message = "query Quarantine differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_files_by_hour_raw.query == "SELECT year, month, day, hour, count(DISTINCT \"$path\") AS file_count, count(*) AS line_count\nFROM retail_trans_json\nGROUP BY year, month, day, hour\nORDER BY year, month, day, hour"
    error_message = "query FilesByHourRaw differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_files_by_hour.query == "SELECT year, month, day, hour, count(DISTINCT \"$path\") AS file_count, count(*) AS line_count\nFROM ctas_retail_trans_parquet\nGROUP BY year, month, day, hour\nORDER BY year, month, day, hour"
    error_message = "query FilesByHour differs from that of TypeScript"
  }
}

run "every_kind" {
  command = plan

  variables {
    name = "every_kind"
    prefix = "test"
    event_time = "Seen_At"
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"Seen_At","required":true,"kind":"timestamp","comment":"","format":"iso"},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"}]
    tables = {"raw":"every_kind_json","merged":"every_kind_parquet","quarantine":"every_kind_quarantine"}
    index = "every-kind"
    parquet_folder = "parquet-every_kind/"
    reader_role = "every_kind_reader"
    smoke = {"label":"it's","words":"","count":0,"big":7,"ratio":0.5,"amount":1.25,"isOpen":true,"read_on":"2026-01-31 12:00:00"}
  }

  assert {
    condition     = aws_lambda_function.validate_records_function.environment[0].variables.CONTRACT == "Seen_At,label:t!,words:t~,count:i!,big:l,ratio:f!,amount:d18.0!,isOpen:b!,Seen_At:z!,read_on:s"
    error_message = "CONTRACT differs from that of TypeScript"
  }

  assert {
    condition     = aws_lambda_function.merge_small_files_function.environment[0].variables.COLUMN_NAMES == "label,words,count,big,ratio,amount,isopen,seen_at,read_on,record_id,arrived_at,extra"
    error_message = "COLUMN_NAMES differs from that of TypeScript"
  }

  assert {
    condition     = jsonencode([for c in aws_glue_catalog_table.catalog_raw.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode([["label","string","A \"label\""],["words","string",""],["count","int",""],["big","bigint",""],["ratio","double",""],["amount","decimal(18,0)",""],["isopen","boolean",""],["seen_at","timestamp",""],["read_on","timestamp",""],["record_id","string","Place of the line in the stream: shard, sequence number, line; unique"],["arrived_at","timestamp","When the stream took the record, UTC, to the millisecond"],["extra","string","Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')"]])
    error_message = "columns of catalog_raw differs from that of TypeScript"
  }

  assert {
    condition     = jsonencode([for c in aws_glue_catalog_table.catalog_parquet.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode([["label","string","A \"label\""],["words","string",""],["count","int",""],["big","bigint",""],["ratio","double",""],["amount","decimal(18,0)",""],["isopen","boolean",""],["seen_at","timestamp",""],["read_on","timestamp",""],["record_id","string","Place of the line in the stream: shard, sequence number, line; unique"],["arrived_at","timestamp","When the stream took the record, UTC, to the millisecond"],["extra","string","Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')"]])
    error_message = "columns of catalog_parquet differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_first_ten.query == "SELECT * FROM every_kind_json WHERE NOT coalesce(\"amount\" = 1.25 AND \"big\" = 7 AND \"count\" = 0 AND \"isopen\" = true AND \"label\" = 'it''s' AND \"ratio\" = 0.5 AND \"read_on\" = TIMESTAMP '2026-01-31 12:00:00' AND coalesce(\"words\", '') = '', false) LIMIT 10"
    error_message = "query FirstTen differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_first_ten_merged.query == "SELECT * FROM every_kind_parquet WHERE NOT coalesce(\"amount\" = 1.25 AND \"big\" = 7 AND \"count\" = 0 AND \"isopen\" = true AND \"label\" = 'it''s' AND \"ratio\" = 0.5 AND \"read_on\" = TIMESTAMP '2026-01-31 12:00:00' AND coalesce(\"words\", '') = '', false) LIMIT 10"
    error_message = "query FirstTenMerged differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_quarantine.query == "SELECT record_id, arrived_at, layer, reason, detail, original\nFROM (\n  SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY layer, reason, detail) AS entry\n  FROM every_kind_quarantine\n) AS entries\nWHERE entry = 1\nORDER BY arrived_at, record_id"
    error_message = "query Quarantine differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_files_by_hour_raw.query == "SELECT year, month, day, hour, count(DISTINCT \"$path\") AS file_count, count(*) AS line_count\nFROM every_kind_json\nGROUP BY year, month, day, hour\nORDER BY year, month, day, hour"
    error_message = "query FilesByHourRaw differs from that of TypeScript"
  }

  assert {
    condition     = aws_athena_named_query.saved_queries_files_by_hour.query == "SELECT year, month, day, hour, count(DISTINCT \"$path\") AS file_count, count(*) AS line_count\nFROM every_kind_parquet\nGROUP BY year, month, day, hour\nORDER BY year, month, day, hour"
    error_message = "query FilesByHour differs from that of TypeScript"
  }
}
