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
  smoke = {"label":"it's","words":"","count":0,"big":7,"ratio":0.5,"amount":1.25,"isOpen":true,"read_on":"2026-01-31 12:00:00"}
  stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":24}
  lake = {"bucket_name":"readings-lake","key_arn":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
}

run "refusals_1" {
  command = plan

  variables {
    key_deletion_days = 6
    volume_gib = 9
    shards = 0
    index_retention_days = 31
    parallelization_factor = 0
    maximum_record_age_hours = 0
    name = ""
    event_time = "none_of_the_columns"
    parquet_folder = "no-slash"
    reader_role = "Reader"
    smoke = {"Label":"x"}
    key = {"arn":"arn:aws:kms:eu-west-1:123456789012:alias/key"}
    lake = {"bucket_name":"Upper","key_arn":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
    log_retention_days = 2
    names = {"key_alias":""}
    panels = []
    title = " "
    instance_type = "m6g.large"
    reader_role_arns = ["arn:aws:iam::123456789012:user/analyst"]
    administrator_role_arns = ["*"]
    saml = {"entity_id":"short","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"short\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":["analysts"]}
    s3_prefix_list_id = "com.amazonaws.eu-west-1.s3"
    bastion_puts_records = true
  }

  expect_failures = [
    var.key_deletion_days,
    var.volume_gib,
    var.shards,
    var.index_retention_days,
    var.parallelization_factor,
    var.maximum_record_age_hours,
    var.name,
    var.event_time,
    var.parquet_folder,
    var.reader_role,
    var.smoke,
    var.key,
    var.lake,
    var.log_retention_days,
    var.names,
    var.panels,
    var.title,
    var.instance_type,
    var.reader_role_arns,
    var.administrator_role_arns,
    var.saml,
    var.s3_prefix_list_id,
    var.bastion_puts_records,
  ]
}

run "refusals_2" {
  command = plan

  variables {
    prefix = ""
    columns = []
    tables = {"raw":"tmp_raw"}
    index = "Upper"
    reader_role = "firehose_role"
    stream = {"arn":"readings","retention_hours":48}
    lake = {"bucket_name":"readings-lake","key_arn":"key"}
    names = {"network":""}
    standby = {"nodes_per_zone":1,"master_instance_type":"m6g.large.search"}
    vpc_id = null
    private_subnet_ids = null
    zones = ["a","b","c"]
    instance_type = "t3.small.search"
    reader_role_arns = ["arn:aws:iam::123456789012:role/analysts","arn:aws:iam::123456789012:role/analysts"]
    administrator_role_arns = ["arn:aws:iam::123456789012:role/analysts","arn:aws:iam::123456789012:role/analysts"]
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":["analysts"]}
  }

  expect_failures = [
    var.prefix,
    var.columns,
    var.tables,
    var.index,
    var.reader_role,
    var.stream,
    var.lake,
    var.names,
    var.instance_type,
    var.reader_role_arns,
    var.administrator_role_arns,
    var.saml,
  ]
}

run "refusals_3" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"1st","kind":"text"}]
    tables = {"raw":"one","merged":"one"}
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":24.5}
    names = {"flow_log_group":""}
    instance_type = "m6g.large.search"
    vpc_id = null
    private_subnet_ids = null
    zones = ["a","b","c"]
    standby = {"nodes_per_zone":0,"master_instance_type":"m6g.large.search"}
    saml = {"entity_id":"https://other.example.com","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":["analysts"]}
  }

  expect_failures = [
    var.columns,
    var.tables,
    var.stream,
    var.names,
    var.standby,
    var.saml,
  ]
}

run "refusals_4" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"record_id","kind":"text"}]
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/readings","retention_hours":48,"key_arn":"alias/x"}
    names = {"flow_log_role":""}
    instance_type = "m6g.large.search"
    vpc_id = null
    private_subnet_ids = null
    zones = ["a","b","c"]
    standby = {"nodes_per_zone":1,"master_instance_type":"m6g.large"}
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":[]}
  }

  expect_failures = [
    var.columns,
    var.stream,
    var.names,
    var.standby,
    var.saml,
  ]
}

run "refusals_5" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"text"},{"name":"A","kind":"text"}]
    names = {"search_domain":""}
    instance_type = "m6g.large.search"
    vpc_id = null
    private_subnet_ids = null
    standby = {"nodes_per_zone":1,"master_instance_type":"m6g.large.search"}
    maximum_record_age_hours = 48
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":[" "]}
  }

  expect_failures = [
    var.columns,
    var.names,
    var.standby,
    var.maximum_record_age_hours,
    var.saml,
  ]
}

run "refusals_6" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"float"}]
    names = {"search_log_policy":""}
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":["analysts"],"roles_key":" "}
    vpc_id = null
    private_subnet_ids = null
    cidr = "10.20.0.0/20"
    zones = ["a"]
  }

  expect_failures = [
    var.columns,
    var.names,
    var.saml,
    var.cidr,
    var.zones,
  ]
}

run "refusals_7" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"decimal"}]
    names = {"search_clients":""}
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example.com/saml\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>","reader_groups":["analysts"],"session_minutes":0}
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0"]
    nat = true
  }

  expect_failures = [
    var.columns,
    var.names,
    var.saml,
    var.nat,
  ]
}

run "refusals_8" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"text","precision":4}]
    names = {"search_domain_group":""}
    vpc_id = "network"
    private_subnet_ids = ["subnet-0123456789abcdef0"]
  }

  expect_failures = [
    var.columns,
    var.names,
    var.vpc_id,
  ]
}

run "refusals_9" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"timestamp","format":"millis"}]
    names = {"upsert_to_es":""}
    vpc_id = null
    private_subnet_ids = ["subnet-0123456789abcdef0"]
  }

  expect_failures = [
    var.columns,
    var.names,
    var.vpc_id,
  ]
}

run "refusals_10" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"integer","search":"words"}]
    names = {"search_setup":""}
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = []
  }

  expect_failures = [
    var.columns,
    var.names,
    var.private_subnet_ids,
  ]
}

run "refusals_11" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"a","kind":"text","comment":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]
    names = {"bastion":""}
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0","subnet-0123456789abcdef0"]
  }

  expect_failures = [
    var.columns,
    var.names,
    var.private_subnet_ids,
  ]
}

run "refusals_12" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"w0","kind":"text","search":"words"},{"name":"w1","kind":"text","search":"words"},{"name":"w2","kind":"text","search":"words"},{"name":"w3","kind":"text","search":"words"},{"name":"w4","kind":"text","search":"words"},{"name":"w5","kind":"text","search":"words"},{"name":"w6","kind":"text","search":"words"},{"name":"w7","kind":"text","search":"words"},{"name":"w8","kind":"text","search":"words"},{"name":"w9","kind":"text","search":"words"},{"name":"w10","kind":"text","search":"words"},{"name":"w11","kind":"text","search":"words"},{"name":"w12","kind":"text","search":"words"},{"name":"w13","kind":"text","search":"words"},{"name":"w14","kind":"text","search":"words"},{"name":"w15","kind":"text","search":"words"},{"name":"w16","kind":"text","search":"words"},{"name":"w17","kind":"text","search":"words"},{"name":"w18","kind":"text","search":"words"},{"name":"w19","kind":"text","search":"words"},{"name":"w20","kind":"text","search":"words"},{"name":"w21","kind":"text","search":"words"},{"name":"w22","kind":"text","search":"words"},{"name":"w23","kind":"text","search":"words"},{"name":"w24","kind":"text","search":"words"},{"name":"w25","kind":"text","search":"words"},{"name":"w26","kind":"text","search":"words"},{"name":"w27","kind":"text","search":"words"},{"name":"w28","kind":"text","search":"words"},{"name":"w29","kind":"text","search":"words"},{"name":"w30","kind":"text","search":"words"},{"name":"w31","kind":"text","search":"words"},{"name":"w32","kind":"text","search":"words"},{"name":"w33","kind":"text","search":"words"},{"name":"w34","kind":"text","search":"words"},{"name":"w35","kind":"text","search":"words"},{"name":"w36","kind":"text","search":"words"},{"name":"w37","kind":"text","search":"words"},{"name":"w38","kind":"text","search":"words"},{"name":"w39","kind":"text","search":"words"},{"name":"w40","kind":"text","search":"words"},{"name":"w41","kind":"text","search":"words"},{"name":"w42","kind":"text","search":"words"},{"name":"w43","kind":"text","search":"words"},{"name":"w44","kind":"text","search":"words"},{"name":"w45","kind":"text","search":"words"},{"name":"w46","kind":"text","search":"words"},{"name":"w47","kind":"text","search":"words"},{"name":"w48","kind":"text","search":"words"},{"name":"w49","kind":"text","search":"words"},{"name":"w50","kind":"text","search":"words"},{"name":"w51","kind":"text","search":"words"},{"name":"w52","kind":"text","search":"words"},{"name":"w53","kind":"text","search":"words"},{"name":"w54","kind":"text","search":"words"},{"name":"w55","kind":"text","search":"words"},{"name":"w56","kind":"text","search":"words"},{"name":"w57","kind":"text","search":"words"},{"name":"w58","kind":"text","search":"words"},{"name":"w59","kind":"text","search":"words"},{"name":"w60","kind":"text","search":"words"},{"name":"w61","kind":"text","search":"words"},{"name":"w62","kind":"text","search":"words"},{"name":"w63","kind":"text","search":"words"},{"name":"w64","kind":"text","search":"words"},{"name":"w65","kind":"text","search":"words"},{"name":"w66","kind":"text","search":"words"},{"name":"w67","kind":"text","search":"words"},{"name":"w68","kind":"text","search":"words"},{"name":"w69","kind":"text","search":"words"},{"name":"w70","kind":"text","search":"words"},{"name":"w71","kind":"text","search":"words"},{"name":"w72","kind":"text","search":"words"},{"name":"w73","kind":"text","search":"words"},{"name":"w74","kind":"text","search":"words"},{"name":"w75","kind":"text","search":"words"},{"name":"w76","kind":"text","search":"words"},{"name":"w77","kind":"text","search":"words"},{"name":"w78","kind":"text","search":"words"},{"name":"w79","kind":"text","search":"words"},{"name":"w80","kind":"text","search":"words"},{"name":"w81","kind":"text","search":"words"},{"name":"w82","kind":"text","search":"words"},{"name":"w83","kind":"text","search":"words"},{"name":"w84","kind":"text","search":"words"},{"name":"w85","kind":"text","search":"words"},{"name":"w86","kind":"text","search":"words"},{"name":"w87","kind":"text","search":"words"},{"name":"w88","kind":"text","search":"words"},{"name":"w89","kind":"text","search":"words"},{"name":"w90","kind":"text","search":"words"},{"name":"w91","kind":"text","search":"words"},{"name":"w92","kind":"text","search":"words"},{"name":"w93","kind":"text","search":"words"},{"name":"w94","kind":"text","search":"words"},{"name":"w95","kind":"text","search":"words"},{"name":"w96","kind":"text","search":"words"},{"name":"w97","kind":"text","search":"words"},{"name":"w98","kind":"text","search":"words"},{"name":"w99","kind":"text","search":"words"},{"name":"w100","kind":"text","search":"words"},{"name":"w101","kind":"text","search":"words"},{"name":"w102","kind":"text","search":"words"},{"name":"w103","kind":"text","search":"words"},{"name":"w104","kind":"text","search":"words"},{"name":"w105","kind":"text","search":"words"},{"name":"w106","kind":"text","search":"words"},{"name":"w107","kind":"text","search":"words"},{"name":"w108","kind":"text","search":"words"},{"name":"w109","kind":"text","search":"words"},{"name":"w110","kind":"text","search":"words"},{"name":"w111","kind":"text","search":"words"},{"name":"w112","kind":"text","search":"words"},{"name":"w113","kind":"text","search":"words"},{"name":"w114","kind":"text","search":"words"},{"name":"w115","kind":"text","search":"words"},{"name":"w116","kind":"text","search":"words"},{"name":"w117","kind":"text","search":"words"},{"name":"w118","kind":"text","search":"words"},{"name":"w119","kind":"text","search":"words"},{"name":"w120","kind":"text","search":"words"},{"name":"w121","kind":"text","search":"words"},{"name":"w122","kind":"text","search":"words"},{"name":"w123","kind":"text","search":"words"},{"name":"w124","kind":"text","search":"words"},{"name":"w125","kind":"text","search":"words"},{"name":"w126","kind":"text","search":"words"},{"name":"w127","kind":"text","search":"words"},{"name":"w128","kind":"text","search":"words"},{"name":"w129","kind":"text","search":"words"},{"name":"w130","kind":"text","search":"words"},{"name":"w131","kind":"text","search":"words"},{"name":"w132","kind":"text","search":"words"},{"name":"w133","kind":"text","search":"words"},{"name":"w134","kind":"text","search":"words"},{"name":"w135","kind":"text","search":"words"},{"name":"w136","kind":"text","search":"words"},{"name":"w137","kind":"text","search":"words"},{"name":"w138","kind":"text","search":"words"},{"name":"w139","kind":"text","search":"words"},{"name":"w140","kind":"text","search":"words"},{"name":"w141","kind":"text","search":"words"},{"name":"w142","kind":"text","search":"words"},{"name":"w143","kind":"text","search":"words"},{"name":"w144","kind":"text","search":"words"},{"name":"w145","kind":"text","search":"words"},{"name":"w146","kind":"text","search":"words"},{"name":"w147","kind":"text","search":"words"},{"name":"w148","kind":"text","search":"words"},{"name":"w149","kind":"text","search":"words"},{"name":"w150","kind":"text","search":"words"},{"name":"w151","kind":"text","search":"words"},{"name":"w152","kind":"text","search":"words"},{"name":"w153","kind":"text","search":"words"},{"name":"w154","kind":"text","search":"words"},{"name":"w155","kind":"text","search":"words"},{"name":"w156","kind":"text","search":"words"},{"name":"w157","kind":"text","search":"words"},{"name":"w158","kind":"text","search":"words"},{"name":"w159","kind":"text","search":"words"},{"name":"w160","kind":"text","search":"words"},{"name":"w161","kind":"text","search":"words"},{"name":"w162","kind":"text","search":"words"},{"name":"w163","kind":"text","search":"words"},{"name":"w164","kind":"text","search":"words"},{"name":"w165","kind":"text","search":"words"},{"name":"w166","kind":"text","search":"words"},{"name":"w167","kind":"text","search":"words"},{"name":"w168","kind":"text","search":"words"},{"name":"w169","kind":"text","search":"words"},{"name":"w170","kind":"text","search":"words"},{"name":"w171","kind":"text","search":"words"},{"name":"w172","kind":"text","search":"words"},{"name":"w173","kind":"text","search":"words"},{"name":"w174","kind":"text","search":"words"},{"name":"w175","kind":"text","search":"words"},{"name":"w176","kind":"text","search":"words"},{"name":"w177","kind":"text","search":"words"},{"name":"w178","kind":"text","search":"words"},{"name":"w179","kind":"text","search":"words"},{"name":"w180","kind":"text","search":"words"},{"name":"w181","kind":"text","search":"words"},{"name":"w182","kind":"text","search":"words"},{"name":"w183","kind":"text","search":"words"},{"name":"w184","kind":"text","search":"words"},{"name":"w185","kind":"text","search":"words"},{"name":"w186","kind":"text","search":"words"},{"name":"w187","kind":"text","search":"words"},{"name":"w188","kind":"text","search":"words"},{"name":"w189","kind":"text","search":"words"},{"name":"w190","kind":"text","search":"words"},{"name":"w191","kind":"text","search":"words"},{"name":"w192","kind":"text","search":"words"},{"name":"w193","kind":"text","search":"words"},{"name":"w194","kind":"text","search":"words"},{"name":"w195","kind":"text","search":"words"},{"name":"w196","kind":"text","search":"words"},{"name":"w197","kind":"text","search":"words"},{"name":"w198","kind":"text","search":"words"},{"name":"w199","kind":"text","search":"words"},{"name":"w200","kind":"text","search":"words"},{"name":"w201","kind":"text","search":"words"},{"name":"w202","kind":"text","search":"words"},{"name":"w203","kind":"text","search":"words"},{"name":"w204","kind":"text","search":"words"},{"name":"w205","kind":"text","search":"words"},{"name":"w206","kind":"text","search":"words"},{"name":"w207","kind":"text","search":"words"},{"name":"w208","kind":"text","search":"words"},{"name":"w209","kind":"text","search":"words"},{"name":"w210","kind":"text","search":"words"},{"name":"w211","kind":"text","search":"words"},{"name":"w212","kind":"text","search":"words"},{"name":"w213","kind":"text","search":"words"},{"name":"w214","kind":"text","search":"words"},{"name":"w215","kind":"text","search":"words"},{"name":"w216","kind":"text","search":"words"},{"name":"w217","kind":"text","search":"words"},{"name":"w218","kind":"text","search":"words"},{"name":"w219","kind":"text","search":"words"},{"name":"w220","kind":"text","search":"words"},{"name":"w221","kind":"text","search":"words"},{"name":"w222","kind":"text","search":"words"},{"name":"w223","kind":"text","search":"words"},{"name":"w224","kind":"text","search":"words"},{"name":"w225","kind":"text","search":"words"},{"name":"w226","kind":"text","search":"words"},{"name":"w227","kind":"text","search":"words"},{"name":"w228","kind":"text","search":"words"},{"name":"w229","kind":"text","search":"words"},{"name":"w230","kind":"text","search":"words"},{"name":"w231","kind":"text","search":"words"},{"name":"w232","kind":"text","search":"words"},{"name":"w233","kind":"text","search":"words"},{"name":"w234","kind":"text","search":"words"},{"name":"w235","kind":"text","search":"words"},{"name":"w236","kind":"text","search":"words"},{"name":"w237","kind":"text","search":"words"},{"name":"w238","kind":"text","search":"words"},{"name":"w239","kind":"text","search":"words"},{"name":"w240","kind":"text","search":"words"},{"name":"w241","kind":"text","search":"words"},{"name":"w242","kind":"text","search":"words"},{"name":"w243","kind":"text","search":"words"},{"name":"w244","kind":"text","search":"words"},{"name":"w245","kind":"text","search":"words"},{"name":"w246","kind":"text","search":"words"},{"name":"w247","kind":"text","search":"words"},{"name":"w248","kind":"text","search":"words"},{"name":"w249","kind":"text","search":"words"},{"name":"w250","kind":"text","search":"words"},{"name":"w251","kind":"text","search":"words"},{"name":"w252","kind":"text","search":"words"},{"name":"w253","kind":"text","search":"words"},{"name":"w254","kind":"text","search":"words"},{"name":"w255","kind":"text","search":"words"},{"name":"w256","kind":"text","search":"words"},{"name":"w257","kind":"text","search":"words"},{"name":"w258","kind":"text","search":"words"},{"name":"w259","kind":"text","search":"words"},{"name":"w260","kind":"text","search":"words"},{"name":"w261","kind":"text","search":"words"},{"name":"w262","kind":"text","search":"words"},{"name":"w263","kind":"text","search":"words"},{"name":"w264","kind":"text","search":"words"},{"name":"w265","kind":"text","search":"words"},{"name":"w266","kind":"text","search":"words"},{"name":"w267","kind":"text","search":"words"},{"name":"w268","kind":"text","search":"words"},{"name":"w269","kind":"text","search":"words"},{"name":"w270","kind":"text","search":"words"},{"name":"w271","kind":"text","search":"words"},{"name":"w272","kind":"text","search":"words"},{"name":"w273","kind":"text","search":"words"},{"name":"w274","kind":"text","search":"words"},{"name":"w275","kind":"text","search":"words"},{"name":"w276","kind":"text","search":"words"},{"name":"w277","kind":"text","search":"words"},{"name":"w278","kind":"text","search":"words"},{"name":"w279","kind":"text","search":"words"},{"name":"w280","kind":"text","search":"words"},{"name":"w281","kind":"text","search":"words"},{"name":"w282","kind":"text","search":"words"},{"name":"w283","kind":"text","search":"words"},{"name":"w284","kind":"text","search":"words"},{"name":"w285","kind":"text","search":"words"},{"name":"w286","kind":"text","search":"words"},{"name":"w287","kind":"text","search":"words"},{"name":"w288","kind":"text","search":"words"},{"name":"w289","kind":"text","search":"words"},{"name":"w290","kind":"text","search":"words"},{"name":"w291","kind":"text","search":"words"},{"name":"w292","kind":"text","search":"words"},{"name":"w293","kind":"text","search":"words"},{"name":"w294","kind":"text","search":"words"},{"name":"w295","kind":"text","search":"words"},{"name":"w296","kind":"text","search":"words"},{"name":"w297","kind":"text","search":"words"},{"name":"w298","kind":"text","search":"words"},{"name":"w299","kind":"text","search":"words"},{"name":"w300","kind":"text","search":"words"},{"name":"w301","kind":"text","search":"words"},{"name":"w302","kind":"text","search":"words"},{"name":"w303","kind":"text","search":"words"},{"name":"w304","kind":"text","search":"words"},{"name":"w305","kind":"text","search":"words"},{"name":"w306","kind":"text","search":"words"},{"name":"w307","kind":"text","search":"words"},{"name":"w308","kind":"text","search":"words"},{"name":"w309","kind":"text","search":"words"},{"name":"w310","kind":"text","search":"words"},{"name":"w311","kind":"text","search":"words"},{"name":"w312","kind":"text","search":"words"},{"name":"w313","kind":"text","search":"words"},{"name":"w314","kind":"text","search":"words"},{"name":"w315","kind":"text","search":"words"},{"name":"w316","kind":"text","search":"words"},{"name":"w317","kind":"text","search":"words"},{"name":"w318","kind":"text","search":"words"},{"name":"w319","kind":"text","search":"words"},{"name":"w320","kind":"text","search":"words"},{"name":"w321","kind":"text","search":"words"},{"name":"w322","kind":"text","search":"words"},{"name":"w323","kind":"text","search":"words"},{"name":"w324","kind":"text","search":"words"},{"name":"w325","kind":"text","search":"words"},{"name":"w326","kind":"text","search":"words"},{"name":"w327","kind":"text","search":"words"},{"name":"w328","kind":"text","search":"words"},{"name":"w329","kind":"text","search":"words"},{"name":"w330","kind":"text","search":"words"},{"name":"w331","kind":"text","search":"words"},{"name":"w332","kind":"text","search":"words"},{"name":"w333","kind":"text","search":"words"},{"name":"w334","kind":"text","search":"words"},{"name":"w335","kind":"text","search":"words"},{"name":"w336","kind":"text","search":"words"},{"name":"w337","kind":"text","search":"words"},{"name":"w338","kind":"text","search":"words"},{"name":"w339","kind":"text","search":"words"},{"name":"w340","kind":"text","search":"words"},{"name":"w341","kind":"text","search":"words"},{"name":"w342","kind":"text","search":"words"},{"name":"w343","kind":"text","search":"words"},{"name":"w344","kind":"text","search":"words"},{"name":"w345","kind":"text","search":"words"},{"name":"w346","kind":"text","search":"words"},{"name":"w347","kind":"text","search":"words"},{"name":"w348","kind":"text","search":"words"},{"name":"w349","kind":"text","search":"words"},{"name":"w350","kind":"text","search":"words"},{"name":"w351","kind":"text","search":"words"},{"name":"w352","kind":"text","search":"words"},{"name":"w353","kind":"text","search":"words"},{"name":"w354","kind":"text","search":"words"},{"name":"w355","kind":"text","search":"words"},{"name":"w356","kind":"text","search":"words"},{"name":"w357","kind":"text","search":"words"},{"name":"w358","kind":"text","search":"words"},{"name":"w359","kind":"text","search":"words"},{"name":"w360","kind":"text","search":"words"},{"name":"w361","kind":"text","search":"words"},{"name":"w362","kind":"text","search":"words"},{"name":"w363","kind":"text","search":"words"},{"name":"w364","kind":"text","search":"words"},{"name":"w365","kind":"text","search":"words"},{"name":"w366","kind":"text","search":"words"},{"name":"w367","kind":"text","search":"words"},{"name":"w368","kind":"text","search":"words"},{"name":"w369","kind":"text","search":"words"},{"name":"w370","kind":"text","search":"words"},{"name":"w371","kind":"text","search":"words"},{"name":"w372","kind":"text","search":"words"},{"name":"w373","kind":"text","search":"words"},{"name":"w374","kind":"text","search":"words"},{"name":"w375","kind":"text","search":"words"},{"name":"w376","kind":"text","search":"words"},{"name":"w377","kind":"text","search":"words"},{"name":"w378","kind":"text","search":"words"},{"name":"w379","kind":"text","search":"words"},{"name":"w380","kind":"text","search":"words"},{"name":"w381","kind":"text","search":"words"},{"name":"w382","kind":"text","search":"words"},{"name":"w383","kind":"text","search":"words"},{"name":"w384","kind":"text","search":"words"},{"name":"w385","kind":"text","search":"words"},{"name":"w386","kind":"text","search":"words"},{"name":"w387","kind":"text","search":"words"},{"name":"w388","kind":"text","search":"words"},{"name":"w389","kind":"text","search":"words"},{"name":"w390","kind":"text","search":"words"},{"name":"w391","kind":"text","search":"words"},{"name":"w392","kind":"text","search":"words"},{"name":"w393","kind":"text","search":"words"},{"name":"w394","kind":"text","search":"words"},{"name":"w395","kind":"text","search":"words"},{"name":"w396","kind":"text","search":"words"},{"name":"w397","kind":"text","search":"words"},{"name":"w398","kind":"text","search":"words"},{"name":"w399","kind":"text","search":"words"},{"name":"w400","kind":"text","search":"words"},{"name":"w401","kind":"text","search":"words"},{"name":"w402","kind":"text","search":"words"},{"name":"w403","kind":"text","search":"words"},{"name":"w404","kind":"text","search":"words"},{"name":"w405","kind":"text","search":"words"},{"name":"w406","kind":"text","search":"words"},{"name":"w407","kind":"text","search":"words"},{"name":"w408","kind":"text","search":"words"},{"name":"w409","kind":"text","search":"words"},{"name":"w410","kind":"text","search":"words"},{"name":"w411","kind":"text","search":"words"},{"name":"w412","kind":"text","search":"words"},{"name":"w413","kind":"text","search":"words"},{"name":"w414","kind":"text","search":"words"},{"name":"w415","kind":"text","search":"words"},{"name":"w416","kind":"text","search":"words"},{"name":"w417","kind":"text","search":"words"},{"name":"w418","kind":"text","search":"words"},{"name":"w419","kind":"text","search":"words"},{"name":"w420","kind":"text","search":"words"},{"name":"w421","kind":"text","search":"words"},{"name":"w422","kind":"text","search":"words"},{"name":"w423","kind":"text","search":"words"},{"name":"w424","kind":"text","search":"words"},{"name":"w425","kind":"text","search":"words"},{"name":"w426","kind":"text","search":"words"},{"name":"w427","kind":"text","search":"words"},{"name":"w428","kind":"text","search":"words"},{"name":"w429","kind":"text","search":"words"},{"name":"w430","kind":"text","search":"words"},{"name":"w431","kind":"text","search":"words"},{"name":"w432","kind":"text","search":"words"},{"name":"w433","kind":"text","search":"words"},{"name":"w434","kind":"text","search":"words"},{"name":"w435","kind":"text","search":"words"},{"name":"w436","kind":"text","search":"words"},{"name":"w437","kind":"text","search":"words"},{"name":"w438","kind":"text","search":"words"},{"name":"w439","kind":"text","search":"words"},{"name":"w440","kind":"text","search":"words"},{"name":"w441","kind":"text","search":"words"},{"name":"w442","kind":"text","search":"words"},{"name":"w443","kind":"text","search":"words"},{"name":"w444","kind":"text","search":"words"},{"name":"w445","kind":"text","search":"words"},{"name":"w446","kind":"text","search":"words"},{"name":"w447","kind":"text","search":"words"},{"name":"w448","kind":"text","search":"words"},{"name":"w449","kind":"text","search":"words"},{"name":"w450","kind":"text","search":"words"},{"name":"w451","kind":"text","search":"words"},{"name":"w452","kind":"text","search":"words"},{"name":"w453","kind":"text","search":"words"},{"name":"w454","kind":"text","search":"words"},{"name":"w455","kind":"text","search":"words"},{"name":"w456","kind":"text","search":"words"},{"name":"w457","kind":"text","search":"words"},{"name":"w458","kind":"text","search":"words"},{"name":"w459","kind":"text","search":"words"},{"name":"w460","kind":"text","search":"words"},{"name":"w461","kind":"text","search":"words"},{"name":"w462","kind":"text","search":"words"},{"name":"w463","kind":"text","search":"words"},{"name":"w464","kind":"text","search":"words"},{"name":"w465","kind":"text","search":"words"},{"name":"w466","kind":"text","search":"words"},{"name":"w467","kind":"text","search":"words"},{"name":"w468","kind":"text","search":"words"},{"name":"w469","kind":"text","search":"words"},{"name":"w470","kind":"text","search":"words"},{"name":"w471","kind":"text","search":"words"},{"name":"w472","kind":"text","search":"words"},{"name":"w473","kind":"text","search":"words"},{"name":"w474","kind":"text","search":"words"},{"name":"w475","kind":"text","search":"words"},{"name":"w476","kind":"text","search":"words"},{"name":"w477","kind":"text","search":"words"},{"name":"w478","kind":"text","search":"words"},{"name":"w479","kind":"text","search":"words"},{"name":"w480","kind":"text","search":"words"},{"name":"w481","kind":"text","search":"words"},{"name":"w482","kind":"text","search":"words"},{"name":"w483","kind":"text","search":"words"},{"name":"w484","kind":"text","search":"words"},{"name":"w485","kind":"text","search":"words"},{"name":"w486","kind":"text","search":"words"},{"name":"w487","kind":"text","search":"words"},{"name":"w488","kind":"text","search":"words"},{"name":"w489","kind":"text","search":"words"},{"name":"w490","kind":"text","search":"words"},{"name":"w491","kind":"text","search":"words"},{"name":"w492","kind":"text","search":"words"},{"name":"w493","kind":"text","search":"words"},{"name":"w494","kind":"text","search":"words"},{"name":"w495","kind":"text","search":"words"}]
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0"]
    public_subnet_id = "public"
  }

  expect_failures = [
    var.columns,
    var.public_subnet_id,
  ]
}

run "refusals_13" {
  command = plan

  variables {
    smoke = {"label":5}
    panels = [{"id":"Lines","title":"Lines","layer":"speed","chart":"table","fields":["label"],"newestBy":"Seen_At","limit":10}]
    vpc_id = null
    private_subnet_ids = null
    public_subnet_id = "subnet-0123456789abcdef0"
  }

  expect_failures = [
    var.smoke,
    var.panels,
    var.public_subnet_id,
  ]
}

run "refusals_14" {
  command = plan

  variables {
    smoke = {"Seen_At":null}
    panels = [{"id":"lines","title":"Lines","layer":"speed","chart":"table","fields":["label"],"newestBy":"Seen_At","limit":10},{"id":"lines","title":"Bars","layer":"speed","chart":"bars","measures":[{"id":"count","title":"Count","factors":["count"]}],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}}]
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0"]
    bastion = true
  }

  expect_failures = [
    var.smoke,
    var.panels,
    var.bastion,
  ]
}

run "refusals_15" {
  command = plan

  variables {
    panels = [{"id":"lines","title":"Lines","layer":"speed","chart":"table","fields":[],"newestBy":"Seen_At","limit":10}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_16" {
  command = plan

  variables {
    panels = [{"id":"lines","title":"Lines","layer":"speed","chart":"table","fields":["label"],"newestBy":"Seen_At","limit":10},{"id":"more","title":"Lines","layer":"speed","chart":"table","fields":["label"],"newestBy":"Seen_At","limit":10}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_17" {
  command = plan

  variables {
    panels = [{"id":"bars","title":"Bars","layer":"speed","chart":"bars","measures":[],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_18" {
  command = plan

  variables {
    panels = [{"id":"bars","title":"Bars","layer":"speed","chart":"bars","measures":[{"id":"count","title":"Count","factors":["count"]},{"id":"labels","title":"Labels","distinct":"label"}],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_19" {
  command = plan

  variables {
    panels = [{"id":"about","title":"About","chart":"text","text":" "}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_20" {
  command = plan

  variables {
    panels = [{"id":"filters","title":"Filters","chart":"controls","fields":[]}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "refusals_21" {
  command = plan

  variables {
    panels = [{"id":"bars","title":"Bars","layer":"speed","chart":"bars","measures":[{"id":"count","title":"Count","factors":["count"]}],"dimension":{"kind":"time","field":"label","interval":"day"}}]
  }

  expect_failures = [
    var.panels,
  ]
}

run "too_many_columns" {
  command = plan

  variables {
    columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"},{"name":"Seen_At","kind":"timestamp","format":"iso"},{"name":"column_number_0_of_many","kind":"text"},{"name":"column_number_1_of_many","kind":"text"},{"name":"column_number_2_of_many","kind":"text"},{"name":"column_number_3_of_many","kind":"text"},{"name":"column_number_4_of_many","kind":"text"},{"name":"column_number_5_of_many","kind":"text"},{"name":"column_number_6_of_many","kind":"text"},{"name":"column_number_7_of_many","kind":"text"},{"name":"column_number_8_of_many","kind":"text"},{"name":"column_number_9_of_many","kind":"text"},{"name":"column_number_10_of_many","kind":"text"},{"name":"column_number_11_of_many","kind":"text"},{"name":"column_number_12_of_many","kind":"text"},{"name":"column_number_13_of_many","kind":"text"},{"name":"column_number_14_of_many","kind":"text"},{"name":"column_number_15_of_many","kind":"text"},{"name":"column_number_16_of_many","kind":"text"},{"name":"column_number_17_of_many","kind":"text"},{"name":"column_number_18_of_many","kind":"text"},{"name":"column_number_19_of_many","kind":"text"},{"name":"column_number_20_of_many","kind":"text"},{"name":"column_number_21_of_many","kind":"text"},{"name":"column_number_22_of_many","kind":"text"},{"name":"column_number_23_of_many","kind":"text"},{"name":"column_number_24_of_many","kind":"text"},{"name":"column_number_25_of_many","kind":"text"},{"name":"column_number_26_of_many","kind":"text"},{"name":"column_number_27_of_many","kind":"text"},{"name":"column_number_28_of_many","kind":"text"},{"name":"column_number_29_of_many","kind":"text"},{"name":"column_number_30_of_many","kind":"text"},{"name":"column_number_31_of_many","kind":"text"},{"name":"column_number_32_of_many","kind":"text"},{"name":"column_number_33_of_many","kind":"text"},{"name":"column_number_34_of_many","kind":"text"},{"name":"column_number_35_of_many","kind":"text"},{"name":"column_number_36_of_many","kind":"text"},{"name":"column_number_37_of_many","kind":"text"},{"name":"column_number_38_of_many","kind":"text"},{"name":"column_number_39_of_many","kind":"text"},{"name":"column_number_40_of_many","kind":"text"},{"name":"column_number_41_of_many","kind":"text"},{"name":"column_number_42_of_many","kind":"text"},{"name":"column_number_43_of_many","kind":"text"},{"name":"column_number_44_of_many","kind":"text"},{"name":"column_number_45_of_many","kind":"text"},{"name":"column_number_46_of_many","kind":"text"},{"name":"column_number_47_of_many","kind":"text"},{"name":"column_number_48_of_many","kind":"text"},{"name":"column_number_49_of_many","kind":"text"},{"name":"column_number_50_of_many","kind":"text"},{"name":"column_number_51_of_many","kind":"text"},{"name":"column_number_52_of_many","kind":"text"},{"name":"column_number_53_of_many","kind":"text"},{"name":"column_number_54_of_many","kind":"text"},{"name":"column_number_55_of_many","kind":"text"},{"name":"column_number_56_of_many","kind":"text"},{"name":"column_number_57_of_many","kind":"text"},{"name":"column_number_58_of_many","kind":"text"},{"name":"column_number_59_of_many","kind":"text"},{"name":"column_number_60_of_many","kind":"text"},{"name":"column_number_61_of_many","kind":"text"},{"name":"column_number_62_of_many","kind":"text"},{"name":"column_number_63_of_many","kind":"text"},{"name":"column_number_64_of_many","kind":"text"},{"name":"column_number_65_of_many","kind":"text"},{"name":"column_number_66_of_many","kind":"text"},{"name":"column_number_67_of_many","kind":"text"},{"name":"column_number_68_of_many","kind":"text"},{"name":"column_number_69_of_many","kind":"text"},{"name":"column_number_70_of_many","kind":"text"},{"name":"column_number_71_of_many","kind":"text"},{"name":"column_number_72_of_many","kind":"text"},{"name":"column_number_73_of_many","kind":"text"},{"name":"column_number_74_of_many","kind":"text"},{"name":"column_number_75_of_many","kind":"text"},{"name":"column_number_76_of_many","kind":"text"},{"name":"column_number_77_of_many","kind":"text"},{"name":"column_number_78_of_many","kind":"text"},{"name":"column_number_79_of_many","kind":"text"},{"name":"column_number_80_of_many","kind":"text"},{"name":"column_number_81_of_many","kind":"text"},{"name":"column_number_82_of_many","kind":"text"},{"name":"column_number_83_of_many","kind":"text"},{"name":"column_number_84_of_many","kind":"text"},{"name":"column_number_85_of_many","kind":"text"},{"name":"column_number_86_of_many","kind":"text"},{"name":"column_number_87_of_many","kind":"text"},{"name":"column_number_88_of_many","kind":"text"},{"name":"column_number_89_of_many","kind":"text"},{"name":"column_number_90_of_many","kind":"text"},{"name":"column_number_91_of_many","kind":"text"},{"name":"column_number_92_of_many","kind":"text"},{"name":"column_number_93_of_many","kind":"text"},{"name":"column_number_94_of_many","kind":"text"},{"name":"column_number_95_of_many","kind":"text"},{"name":"column_number_96_of_many","kind":"text"},{"name":"column_number_97_of_many","kind":"text"},{"name":"column_number_98_of_many","kind":"text"},{"name":"column_number_99_of_many","kind":"text"},{"name":"column_number_100_of_many","kind":"text"},{"name":"column_number_101_of_many","kind":"text"},{"name":"column_number_102_of_many","kind":"text"},{"name":"column_number_103_of_many","kind":"text"},{"name":"column_number_104_of_many","kind":"text"},{"name":"column_number_105_of_many","kind":"text"},{"name":"column_number_106_of_many","kind":"text"},{"name":"column_number_107_of_many","kind":"text"},{"name":"column_number_108_of_many","kind":"text"},{"name":"column_number_109_of_many","kind":"text"},{"name":"column_number_110_of_many","kind":"text"},{"name":"column_number_111_of_many","kind":"text"},{"name":"column_number_112_of_many","kind":"text"},{"name":"column_number_113_of_many","kind":"text"},{"name":"column_number_114_of_many","kind":"text"},{"name":"column_number_115_of_many","kind":"text"},{"name":"column_number_116_of_many","kind":"text"},{"name":"column_number_117_of_many","kind":"text"},{"name":"column_number_118_of_many","kind":"text"},{"name":"column_number_119_of_many","kind":"text"},{"name":"column_number_120_of_many","kind":"text"},{"name":"column_number_121_of_many","kind":"text"},{"name":"column_number_122_of_many","kind":"text"},{"name":"column_number_123_of_many","kind":"text"},{"name":"column_number_124_of_many","kind":"text"},{"name":"column_number_125_of_many","kind":"text"},{"name":"column_number_126_of_many","kind":"text"},{"name":"column_number_127_of_many","kind":"text"},{"name":"column_number_128_of_many","kind":"text"},{"name":"column_number_129_of_many","kind":"text"},{"name":"column_number_130_of_many","kind":"text"},{"name":"column_number_131_of_many","kind":"text"},{"name":"column_number_132_of_many","kind":"text"},{"name":"column_number_133_of_many","kind":"text"},{"name":"column_number_134_of_many","kind":"text"},{"name":"column_number_135_of_many","kind":"text"},{"name":"column_number_136_of_many","kind":"text"},{"name":"column_number_137_of_many","kind":"text"},{"name":"column_number_138_of_many","kind":"text"},{"name":"column_number_139_of_many","kind":"text"}]
  }

  expect_failures = [
    terraform_data.data_plane,
  ]
}
