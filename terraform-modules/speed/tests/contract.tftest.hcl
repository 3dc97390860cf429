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
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":24}
    lake = {"bucket_name":"readings-lake","key_arn":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
  }

  assert {
    condition     = aws_lambda_function.upsert_to_es_function.environment[0].variables.CONTRACT == "InvoiceDate,Invoice:t!,StockCode:t!,Description:t~,Quantity:i!,InvoiceDate:s!,Price:d12.4!,Customer_ID:t,Country:t"
    error_message = "CONTRACT of UpsertToES differs from that of TypeScript"
  }

  assert {
    condition     = aws_lambda_function.search_setup_function.environment[0].variables.ES_INDEX == "retail"
    error_message = "ES_INDEX differs from that of TypeScript"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).smoke == {"StockCode":"SMOKE","Quantity":0,"Price":0}
    error_message = "smoke differs from that of TypeScript"
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
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":24}
    lake = {"bucket_name":"readings-lake","key_arn":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
  }

  assert {
    condition     = aws_lambda_function.upsert_to_es_function.environment[0].variables.CONTRACT == "Seen_At,label:t!,words:t~,count:i!,big:l,ratio:f!,amount:d18.0!,isOpen:b!,Seen_At:z!,read_on:s"
    error_message = "CONTRACT of UpsertToES differs from that of TypeScript"
  }

  assert {
    condition     = aws_lambda_function.search_setup_function.environment[0].variables.ES_INDEX == "every-kind"
    error_message = "ES_INDEX differs from that of TypeScript"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).smoke == {"label":"it's","words":"","count":0,"big":7,"ratio":0.5,"amount":1.25,"isOpen":true,"read_on":"2026-01-31 12:00:00"}
    error_message = "smoke differs from that of TypeScript"
  }
}
