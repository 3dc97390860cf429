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

variables {
  name = "every_kind"
  prefix = "test"
  event_time = "Seen_At"
  columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"Seen_At","required":true,"kind":"timestamp","comment":"","format":"iso"},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"}]
  tables = {"raw":"every_kind_json","merged":"every_kind_parquet","quarantine":"every_kind_quarantine"}
  index = "every-kind"
  parquet_folder = "parquet-every_kind/"
  reader_role = "every_kind_reader"
  smoke = {"label":"it's","words":"","count":0,"big":7,"ratio":0.5,"amount":1.25,"isOpen":true}
}

run "refusals_1" {
  command = plan

  variables {
    key_deletion_days = 6
    stream_retention_hours = 23
    noncurrent_version_days = 0
    buffer_mib = 0
    merge_every_minutes = 4
    merge_queries_in_flight = 0
    merge_scan_limit_gib = 0
    analyst_scan_limit_gib = 0
    volume_gib = 9
    shards = 0
    index_retention_days = 31
    parallelization_factor = 0
    usd_per_month = 0
    name = "Readings"
    event_time = "none_of_the_columns"
    index = "Upper"
    parquet_folder = "no-slash"
    reader_role = "Reader"
    smoke = {"unknown":"x"}
    key = {"arn":"arn:aws:kms:eu-west-1:123456789012:alias/key"}
    stream = {"arn":"readings","retention_hours":24}
    log_retention_days = 2
    saved_queries = {"one":{"name":"","description":"","sql":"VALUES 1"}}
    panels = []
    title = " "
    instance_type = "m6g.large"
    cidr = "10.20.0.0/20"
  }

  expect_failures = [
    var.key_deletion_days,
    var.stream_retention_hours,
    var.noncurrent_version_days,
    var.buffer_mib,
    var.merge_every_minutes,
    var.merge_queries_in_flight,
    var.merge_scan_limit_gib,
    var.analyst_scan_limit_gib,
    var.volume_gib,
    var.shards,
    var.index_retention_days,
    var.parallelization_factor,
    var.usd_per_month,
    var.name,
    var.event_time,
    var.index,
    var.parquet_folder,
    var.reader_role,
    var.smoke,
    var.key,
    var.stream,
    var.log_retention_days,
    var.saved_queries,
    var.panels,
    var.title,
    var.instance_type,
    var.cidr,
  ]
}

run "refusals_2" {
  command = plan

  variables {
    key_deletion_days = 31
    stream_retention_hours = 8761
    noncurrent_version_days = 36501
    buffer_mib = 129
    merge_every_minutes = 61
    merge_queries_in_flight = 21
    merge_scan_limit_gib = 1000001
    analyst_scan_limit_gib = 1000001
    volume_gib = 12289
    shards = 101
    index_retention_days = 36501
    parallelization_factor = 11
    usd_per_month = 1000001
    name = "1st"
    event_time = "label"
    parquet_folder = "json-data/"
    smoke = {"Seen_At":"2026-01-01T00:00:00Z"}
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":23}
    saved_queries = {"one":{"name":"one","description":"","sql":" "}}
    panels = [{"id":"One","title":"One","layer":"speed","chart":"bars"}]
  }

  expect_failures = [
    var.key_deletion_days,
    var.stream_retention_hours,
    var.noncurrent_version_days,
    var.buffer_mib,
    var.merge_every_minutes,
    var.merge_queries_in_flight,
    var.merge_scan_limit_gib,
    var.analyst_scan_limit_gib,
    var.volume_gib,
    var.shards,
    var.index_retention_days,
    var.parallelization_factor,
    var.usd_per_month,
    var.name,
    var.event_time,
    var.parquet_folder,
    var.smoke,
    var.stream,
    var.saved_queries,
    var.panels,
  ]
}

run "refusals_3" {
  command = plan

  variables {
    key_deletion_days = 7.5
    stream_retention_hours = 24.5
    noncurrent_version_days = 1.5
    buffer_mib = 1.5
    merge_every_minutes = 5.5
    merge_queries_in_flight = 1.5
    merge_scan_limit_gib = 1.5
    analyst_scan_limit_gib = 1.5
    volume_gib = 10.5
    shards = 1.5
    index_retention_days = 32.5
    parallelization_factor = 1.5
    usd_per_month = 1.5
    prefix = "x"
    columns = [{"name":"1st","kind":"text"}]
    tables = {"raw":"tmp_raw"}
    panels = [{"id":"one","title":"One","layer":"speed","chart":"pie"}]
  }

  expect_failures = [
    var.key_deletion_days,
    var.stream_retention_hours,
    var.noncurrent_version_days,
    var.buffer_mib,
    var.merge_every_minutes,
    var.merge_queries_in_flight,
    var.merge_scan_limit_gib,
    var.analyst_scan_limit_gib,
    var.volume_gib,
    var.shards,
    var.index_retention_days,
    var.parallelization_factor,
    var.usd_per_month,
    var.prefix,
    var.columns,
    var.tables,
    var.panels,
  ]
}

run "refusals_4" {
  command = plan

  variables {
    raw_retention_days = 1
    maximum_record_age_hours = 0
    prefix = "with-dash"
    columns = [{"name":"record_id","kind":"text"}]
    tables = {"raw":"one","merged":"one"}
  }

  expect_failures = [
    var.raw_retention_days,
    var.maximum_record_age_hours,
    var.prefix,
    var.columns,
    var.tables,
  ]
}

run "refusals_5" {
  command = plan

  variables {
    raw_retention_days = 36501
    maximum_record_age_hours = 169
    columns = [{"name":"Hour","kind":"integer"}]
    tables = {"raw":"Upper"}
  }

  expect_failures = [
    var.raw_retention_days,
    var.maximum_record_age_hours,
    var.columns,
    var.tables,
  ]
}

run "refusals_6" {
  command = plan

  variables {
    raw_retention_days = 2.5
    maximum_record_age_hours = 1.5
    columns = [{"name":"a","kind":"float"}]
  }

  expect_failures = [
    var.raw_retention_days,
    var.maximum_record_age_hours,
    var.columns,
  ]
}

run "refusals_7" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"decimal"}]
    maximum_record_age_hours = 24
  }

  expect_failures = [
    var.columns,
    var.maximum_record_age_hours,
  ]
}

run "refusals_8" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"decimal","precision":19,"scale":0}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_9" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"decimal","precision":4,"scale":5}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_10" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"text","precision":4}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_11" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"timestamp","format":"millis"}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_12" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"integer","search":"words"}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_13" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"text","comment":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_14" {
  command = plan

  variables {
    columns = [{"name":"a","kind":"text"},{"name":"A","kind":"text"}]
  }

  expect_failures = [
    var.columns,
  ]
}

run "refusals_15" {
  command = plan

  variables {
    columns = [{"name":"column_number_0_of_a_hundred","kind":"text"},{"name":"column_number_1_of_a_hundred","kind":"text"},{"name":"column_number_2_of_a_hundred","kind":"text"},{"name":"column_number_3_of_a_hundred","kind":"text"},{"name":"column_number_4_of_a_hundred","kind":"text"},{"name":"column_number_5_of_a_hundred","kind":"text"},{"name":"column_number_6_of_a_hundred","kind":"text"},{"name":"column_number_7_of_a_hundred","kind":"text"},{"name":"column_number_8_of_a_hundred","kind":"text"},{"name":"column_number_9_of_a_hundred","kind":"text"},{"name":"column_number_10_of_a_hundred","kind":"text"},{"name":"column_number_11_of_a_hundred","kind":"text"},{"name":"column_number_12_of_a_hundred","kind":"text"},{"name":"column_number_13_of_a_hundred","kind":"text"},{"name":"column_number_14_of_a_hundred","kind":"text"},{"name":"column_number_15_of_a_hundred","kind":"text"},{"name":"column_number_16_of_a_hundred","kind":"text"},{"name":"column_number_17_of_a_hundred","kind":"text"},{"name":"column_number_18_of_a_hundred","kind":"text"},{"name":"column_number_19_of_a_hundred","kind":"text"},{"name":"column_number_20_of_a_hundred","kind":"text"},{"name":"column_number_21_of_a_hundred","kind":"text"},{"name":"column_number_22_of_a_hundred","kind":"text"},{"name":"column_number_23_of_a_hundred","kind":"text"},{"name":"column_number_24_of_a_hundred","kind":"text"},{"name":"column_number_25_of_a_hundred","kind":"text"},{"name":"column_number_26_of_a_hundred","kind":"text"},{"name":"column_number_27_of_a_hundred","kind":"text"},{"name":"column_number_28_of_a_hundred","kind":"text"},{"name":"column_number_29_of_a_hundred","kind":"text"},{"name":"column_number_30_of_a_hundred","kind":"text"},{"name":"column_number_31_of_a_hundred","kind":"text"},{"name":"column_number_32_of_a_hundred","kind":"text"},{"name":"column_number_33_of_a_hundred","kind":"text"},{"name":"column_number_34_of_a_hundred","kind":"text"},{"name":"column_number_35_of_a_hundred","kind":"text"},{"name":"column_number_36_of_a_hundred","kind":"text"},{"name":"column_number_37_of_a_hundred","kind":"text"},{"name":"column_number_38_of_a_hundred","kind":"text"},{"name":"column_number_39_of_a_hundred","kind":"text"},{"name":"column_number_40_of_a_hundred","kind":"text"},{"name":"column_number_41_of_a_hundred","kind":"text"},{"name":"column_number_42_of_a_hundred","kind":"text"},{"name":"column_number_43_of_a_hundred","kind":"text"},{"name":"column_number_44_of_a_hundred","kind":"text"},{"name":"column_number_45_of_a_hundred","kind":"text"},{"name":"column_number_46_of_a_hundred","kind":"text"},{"name":"column_number_47_of_a_hundred","kind":"text"},{"name":"column_number_48_of_a_hundred","kind":"text"},{"name":"column_number_49_of_a_hundred","kind":"text"},{"name":"column_number_50_of_a_hundred","kind":"text"},{"name":"column_number_51_of_a_hundred","kind":"text"},{"name":"column_number_52_of_a_hundred","kind":"text"},{"name":"column_number_53_of_a_hundred","kind":"text"},{"name":"column_number_54_of_a_hundred","kind":"text"},{"name":"column_number_55_of_a_hundred","kind":"text"},{"name":"column_number_56_of_a_hundred","kind":"text"},{"name":"column_number_57_of_a_hundred","kind":"text"},{"name":"column_number_58_of_a_hundred","kind":"text"},{"name":"column_number_59_of_a_hundred","kind":"text"},{"name":"column_number_60_of_a_hundred","kind":"text"},{"name":"column_number_61_of_a_hundred","kind":"text"},{"name":"column_number_62_of_a_hundred","kind":"text"},{"name":"column_number_63_of_a_hundred","kind":"text"},{"name":"column_number_64_of_a_hundred","kind":"text"},{"name":"column_number_65_of_a_hundred","kind":"text"},{"name":"column_number_66_of_a_hundred","kind":"text"},{"name":"column_number_67_of_a_hundred","kind":"text"},{"name":"column_number_68_of_a_hundred","kind":"text"},{"name":"column_number_69_of_a_hundred","kind":"text"},{"name":"column_number_70_of_a_hundred","kind":"text"},{"name":"column_number_71_of_a_hundred","kind":"text"},{"name":"column_number_72_of_a_hundred","kind":"text"},{"name":"column_number_73_of_a_hundred","kind":"text"},{"name":"column_number_74_of_a_hundred","kind":"text"},{"name":"column_number_75_of_a_hundred","kind":"text"},{"name":"column_number_76_of_a_hundred","kind":"text"},{"name":"column_number_77_of_a_hundred","kind":"text"},{"name":"column_number_78_of_a_hundred","kind":"text"},{"name":"column_number_79_of_a_hundred","kind":"text"},{"name":"column_number_80_of_a_hundred","kind":"text"},{"name":"column_number_81_of_a_hundred","kind":"text"},{"name":"column_number_82_of_a_hundred","kind":"text"},{"name":"column_number_83_of_a_hundred","kind":"text"},{"name":"column_number_84_of_a_hundred","kind":"text"},{"name":"column_number_85_of_a_hundred","kind":"text"},{"name":"column_number_86_of_a_hundred","kind":"text"},{"name":"column_number_87_of_a_hundred","kind":"text"},{"name":"column_number_88_of_a_hundred","kind":"text"},{"name":"column_number_89_of_a_hundred","kind":"text"},{"name":"column_number_90_of_a_hundred","kind":"text"},{"name":"column_number_91_of_a_hundred","kind":"text"},{"name":"column_number_92_of_a_hundred","kind":"text"},{"name":"column_number_93_of_a_hundred","kind":"text"},{"name":"column_number_94_of_a_hundred","kind":"text"},{"name":"column_number_95_of_a_hundred","kind":"text"},{"name":"column_number_96_of_a_hundred","kind":"text"},{"name":"column_number_97_of_a_hundred","kind":"text"},{"name":"column_number_98_of_a_hundred","kind":"text"},{"name":"column_number_99_of_a_hundred","kind":"text"}]
  }

  expect_failures = [
    var.columns,
  ]
}
