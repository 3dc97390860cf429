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

run "speed_defaults" {
  command = plan

  assert {
    condition     = length(aws_vpc.network_vpc) == 1
    error_message = "it is not so: length(aws_vpc.network_vpc) == 1"
  }

  assert {
    condition     = length(aws_subnet.network_private_a) == 1
    error_message = "it is not so: length(aws_subnet.network_private_a) == 1"
  }

  assert {
    condition     = length(aws_vpc_endpoint.network_s3) == 1
    error_message = "it is not so: length(aws_vpc_endpoint.network_s3) == 1"
  }

  assert {
    condition     = length(aws_internet_gateway.network_internet_access_gateway) == 0
    error_message = "it is not so: length(aws_internet_gateway.network_internet_access_gateway) == 0"
  }

  assert {
    condition     = length(aws_subnet.network_internet_access_public) == 0
    error_message = "it is not so: length(aws_subnet.network_internet_access_public) == 0"
  }

  assert {
    condition     = length(aws_instance.bastion_instance) == 0
    error_message = "it is not so: length(aws_instance.bastion_instance) == 0"
  }

  assert {
    condition     = length(aws_security_group.bastion_group) == 0
    error_message = "it is not so: length(aws_security_group.bastion_group) == 0"
  }

  assert {
    condition     = length(aws_nat_gateway.network_internet_access_nat) == 0
    error_message = "it is not so: length(aws_nat_gateway.network_internet_access_nat) == 0"
  }

  assert {
    condition     = length(aws_opensearch_domain_saml_options.search_domain_saml) == 0
    error_message = "it is not so: length(aws_opensearch_domain_saml_options.search_domain_saml) == 0"
  }

  assert {
    condition     = length(aws_iam_service_linked_role.search_domain_service_linked_role) == 0
    error_message = "it is not so: length(aws_iam_service_linked_role.search_domain_service_linked_role) == 0"
  }

  assert {
    condition     = length(aws_subnet.network_private_c) == 0
    error_message = "it is not so: length(aws_subnet.network_private_c) == 0"
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.cluster_config[0].instance_count == 1
    error_message = "it is not so: aws_opensearch_domain.search_domain.cluster_config[0].instance_count == 1"
  }

  assert {
    condition     = !aws_opensearch_domain.search_domain.cluster_config[0].zone_awareness_enabled
    error_message = "it is not so: !aws_opensearch_domain.search_domain.cluster_config[0].zone_awareness_enabled"
  }

  assert {
    condition     = aws_subnet.network_private_b[0].availability_zone == "eu-west-1b"
    error_message = "it is not so: aws_subnet.network_private_b[0].availability_zone == \"eu-west-1b\""
  }

  assert {
    condition     = sort(data.aws_iam_policy_document.search_domain_access_document.statement[*].sid) == sort(tolist(["SearchSetup", "UpsertToES"]))
    error_message = "it is not so: sort(data.aws_iam_policy_document.search_domain_access_document.statement[*].sid) == sort(tolist([\"SearchSetup\", \"UpsertToES\"]))"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerRoleArns == [] && jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).administratorRoleArns == [] && jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerGroups == []
    error_message = "it is not so: jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerRoleArns == [] && jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).administratorRoleArns == [] && jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerGroups == []"
  }
}

run "speed_with_everything" {
  command = plan

  variables {
    panels = [{"id":"about","title":"About","chart":"text","text":"Days are **UTC**.","width":"half"},{"id":"filters","title":"Filters","chart":"controls","fields":[{"field":"label","title":"Label"}]},{"id":"figures","title":"Figures","description":"In all","layer":"speed","chart":"headline","measures":[{"id":"count","title":"Count","factors":["count","ratio"],"digits":2,"unit":{"currency":"EUR"}},{"id":"labels","title":"Labels","distinct":"label"}]},{"id":"by-bars","title":"bars","layer":"batch","chart":"bars","measures":[{"id":"lines","title":"Lines","color":"pink","factors":[]}],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}},{"id":"by-horizontal-bars","title":"horizontal-bars","layer":"batch","chart":"horizontal-bars","measures":[{"id":"lines","title":"Lines","color":"pink","factors":[]}],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}},{"id":"by-line","title":"line","layer":"batch","chart":"line","measures":[{"id":"lines","title":"Lines","color":"pink","factors":[]}],"dimension":{"kind":"time","field":"Seen_At","interval":"month"}},{"id":"shares","title":"Shares","layer":"speed","chart":"shares","measures":[{"id":"lines","title":"Lines","factors":[]}],"dimension":{"kind":"values","field":"label","limit":5},"except":{"id":"kind","title":"Kind","fulfilled":"X","otherwise":"Others","condition":{"kind":"one-of","field":"label","values":["x"]}}},{"id":"lines","title":"Lines","layer":"speed","chart":"table","fields":["label","count"],"units":{"count":{"text":"pieces"}},"newestBy":"Seen_At","limit":10}]
    instance_type = "m6g.large.search"
    standby = {"nodes_per_zone":2,"master_instance_type":"m6g.large.search"}
    zones = ["a","c","d"]
    nat = true
    bastion = true
    bastion_puts_records = true
    create_service_linked_role = true
    reader_role_arns = ["arn:aws:iam::123456789012:role/analysts","arn:aws:iam::123456789012:role/auditors"]
    administrator_role_arns = ["arn:aws:iam::123456789012:role/administrators"]
    saml = {"entity_id":"https://idp.example.com/saml","metadata_xml":"<EntityDescriptor entityID=\"https://idp.example.com/saml\"><IDPSSODescriptor/></EntityDescriptor>","reader_groups":["analysts"],"admin_group":"administrators"}
  }

  assert {
    condition     = length(aws_vpc.network_vpc) == 1
    error_message = "it is not so: length(aws_vpc.network_vpc) == 1"
  }

  assert {
    condition     = length(aws_subnet.network_private_a) == 1
    error_message = "it is not so: length(aws_subnet.network_private_a) == 1"
  }

  assert {
    condition     = length(aws_vpc_endpoint.network_s3) == 1
    error_message = "it is not so: length(aws_vpc_endpoint.network_s3) == 1"
  }

  assert {
    condition     = length(aws_internet_gateway.network_internet_access_gateway) == 1
    error_message = "it is not so: length(aws_internet_gateway.network_internet_access_gateway) == 1"
  }

  assert {
    condition     = length(aws_subnet.network_internet_access_public) == 1
    error_message = "it is not so: length(aws_subnet.network_internet_access_public) == 1"
  }

  assert {
    condition     = length(aws_instance.bastion_instance) == 1
    error_message = "it is not so: length(aws_instance.bastion_instance) == 1"
  }

  assert {
    condition     = length(aws_security_group.bastion_group) == 1
    error_message = "it is not so: length(aws_security_group.bastion_group) == 1"
  }

  assert {
    condition     = length(aws_nat_gateway.network_internet_access_nat) == 1
    error_message = "it is not so: length(aws_nat_gateway.network_internet_access_nat) == 1"
  }

  assert {
    condition     = length(aws_opensearch_domain_saml_options.search_domain_saml) == 1
    error_message = "it is not so: length(aws_opensearch_domain_saml_options.search_domain_saml) == 1"
  }

  assert {
    condition     = length(aws_iam_service_linked_role.search_domain_service_linked_role) == 1
    error_message = "it is not so: length(aws_iam_service_linked_role.search_domain_service_linked_role) == 1"
  }

  assert {
    condition     = length(aws_subnet.network_private_c) == 1
    error_message = "it is not so: length(aws_subnet.network_private_c) == 1"
  }

  assert {
    condition     = aws_subnet.network_private_b[0].availability_zone == "eu-west-1c"
    error_message = "it is not so: aws_subnet.network_private_b[0].availability_zone == \"eu-west-1c\""
  }

  assert {
    condition     = aws_subnet.network_private_c[0].availability_zone == "eu-west-1d"
    error_message = "it is not so: aws_subnet.network_private_c[0].availability_zone == \"eu-west-1d\""
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.cluster_config[0].instance_count == 6 && aws_opensearch_domain.search_domain.cluster_config[0].dedicated_master_count == 3
    error_message = "it is not so: aws_opensearch_domain.search_domain.cluster_config[0].instance_count == 6 && aws_opensearch_domain.search_domain.cluster_config[0].dedicated_master_count == 3"
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.cluster_config[0].zone_awareness_config[0].availability_zone_count == 3
    error_message = "it is not so: aws_opensearch_domain.search_domain.cluster_config[0].zone_awareness_config[0].availability_zone_count == 3"
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.cluster_config[0].multi_az_with_standby_enabled
    error_message = "it is not so: aws_opensearch_domain.search_domain.cluster_config[0].multi_az_with_standby_enabled"
  }

  assert {
    condition     = sort(data.aws_iam_policy_document.search_domain_access_document.statement[*].sid) == sort(tolist(["Administrators", "Browsers", "People", "SearchSetup", "UpsertToES"]))
    error_message = "it is not so: sort(data.aws_iam_policy_document.search_domain_access_document.statement[*].sid) == sort(tolist([\"Administrators\", \"Browsers\", \"People\", \"SearchSetup\", \"UpsertToES\"]))"
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.search_domain_access_document.statement : tolist(s.principals)[0].identifiers if s.sid == "People"][0] == toset(["arn:aws:iam::123456789012:role/analysts", "arn:aws:iam::123456789012:role/auditors"])
    error_message = "it is not so: [for s in data.aws_iam_policy_document.search_domain_access_document.statement : tolist(s.principals)[0].identifiers if s.sid == \"People\"][0] == toset([\"arn:aws:iam::123456789012:role/analysts\", \"arn:aws:iam::123456789012:role/auditors\"])"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerRoleArns == ["arn:aws:iam::123456789012:role/analysts", "arn:aws:iam::123456789012:role/auditors"]
    error_message = "it is not so: jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerRoleArns == [\"arn:aws:iam::123456789012:role/analysts\", \"arn:aws:iam::123456789012:role/auditors\"]"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).administratorRoleArns == ["arn:aws:iam::123456789012:role/administrators"]
    error_message = "it is not so: jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).administratorRoleArns == [\"arn:aws:iam::123456789012:role/administrators\"]"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerGroups == ["analysts"]
    error_message = "it is not so: jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).readerGroups == [\"analysts\"]"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).panels[*].id == ["about","filters","figures","by-bars","by-horizontal-bars","by-line","shares","lines"]
    error_message = "it is not so: jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).panels[*].id == [\"about\",\"filters\",\"figures\",\"by-bars\",\"by-horizontal-bars\",\"by-line\",\"shares\",\"lines\"]"
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, "WriteStream")
    error_message = "it is not so: contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, \"WriteStream\")"
  }

  assert {
    condition     = aws_opensearch_domain_saml_options.search_domain_saml[0].saml_options[0].session_timeout_minutes == 60
    error_message = "it is not so: aws_opensearch_domain_saml_options.search_domain_saml[0].saml_options[0].session_timeout_minutes == 60"
  }
}

run "an_existing_network" {
  command = plan

  variables {
    vpc_id = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0","subnet-0123456789abcdef1"]
    public_subnet_id = "subnet-0123456789abcdef2"
    s3_prefix_list_id = "pl-0123456789abcdef0"
    bastion = true
  }

  assert {
    condition     = length(aws_vpc.network_vpc) == 0
    error_message = "it is not so: length(aws_vpc.network_vpc) == 0"
  }

  assert {
    condition     = length(aws_subnet.network_private_a) == 0
    error_message = "it is not so: length(aws_subnet.network_private_a) == 0"
  }

  assert {
    condition     = length(aws_vpc_endpoint.network_s3) == 0
    error_message = "it is not so: length(aws_vpc_endpoint.network_s3) == 0"
  }

  assert {
    condition     = length(aws_internet_gateway.network_internet_access_gateway) == 0
    error_message = "it is not so: length(aws_internet_gateway.network_internet_access_gateway) == 0"
  }

  assert {
    condition     = length(aws_subnet.network_internet_access_public) == 0
    error_message = "it is not so: length(aws_subnet.network_internet_access_public) == 0"
  }

  assert {
    condition     = length(aws_nat_gateway.network_internet_access_nat) == 0
    error_message = "it is not so: length(aws_nat_gateway.network_internet_access_nat) == 0"
  }

  assert {
    condition     = length(aws_instance.bastion_instance) == 1
    error_message = "it is not so: length(aws_instance.bastion_instance) == 1"
  }

  assert {
    condition     = length(aws_security_group.bastion_group) == 1
    error_message = "it is not so: length(aws_security_group.bastion_group) == 1"
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.vpc_options[0].subnet_ids == toset(["subnet-0123456789abcdef0"])
    error_message = "it is not so: aws_opensearch_domain.search_domain.vpc_options[0].subnet_ids == toset([\"subnet-0123456789abcdef0\"])"
  }

  assert {
    condition     = aws_security_group.search_domain_clients.vpc_id == "vpc-0123456789abcdef0"
    error_message = "it is not so: aws_security_group.search_domain_clients.vpc_id == \"vpc-0123456789abcdef0\""
  }

  assert {
    condition     = aws_instance.bastion_instance[0].subnet_id == "subnet-0123456789abcdef2"
    error_message = "it is not so: aws_instance.bastion_instance[0].subnet_id == \"subnet-0123456789abcdef2\""
  }

  assert {
    condition     = aws_lambda_function.upsert_to_es_function.vpc_config[0].subnet_ids == toset(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"])
    error_message = "it is not so: aws_lambda_function.upsert_to_es_function.vpc_config[0].subnet_ids == toset([\"subnet-0123456789abcdef0\", \"subnet-0123456789abcdef1\"])"
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.search_domain_clients_to_s3.prefix_list_id == "pl-0123456789abcdef0"
    error_message = "it is not so: aws_vpc_security_group_egress_rule.search_domain_clients_to_s3.prefix_list_id == \"pl-0123456789abcdef0\""
  }

  assert {
    condition     = !contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, "WriteStream")
    error_message = "it is not so: !contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, \"WriteStream\")"
  }
}

run "names" {
  command = plan

  variables {
    names = {"key_alias":"alias/given-key","network":"given-network","flow_log_group":"/given/flow-logs","flow_log_role":"given-flow-log-role","search_domain":"given-search-domain","search_log_policy":"given-search-log-policy","search_clients":"given-search-clients","search_domain_group":"given-search-domain-group","upsert_to_es":"given-upsert-to-es","search_setup":"given-search-setup","bastion":"given-bastion"}
    bastion = true
  }

  assert {
    condition     = aws_kms_alias.key_alias[0].name == "alias/given-key"
    error_message = "it is not so: aws_kms_alias.key_alias[0].name == \"alias/given-key\""
  }

  assert {
    condition     = aws_vpc.network_vpc[0].tags["Name"] == "given-network"
    error_message = "it is not so: aws_vpc.network_vpc[0].tags[\"Name\"] == \"given-network\""
  }

  assert {
    condition     = aws_cloudwatch_log_group.network_flow_logs_log_group[0].name == "/given/flow-logs"
    error_message = "it is not so: aws_cloudwatch_log_group.network_flow_logs_log_group[0].name == \"/given/flow-logs\""
  }

  assert {
    condition     = aws_iam_role.network_flow_log_role[0].name == "given-flow-log-role"
    error_message = "it is not so: aws_iam_role.network_flow_log_role[0].name == \"given-flow-log-role\""
  }

  assert {
    condition     = aws_opensearch_domain.search_domain.domain_name == "given-search-domain"
    error_message = "it is not so: aws_opensearch_domain.search_domain.domain_name == \"given-search-domain\""
  }

  assert {
    condition     = aws_cloudwatch_log_resource_policy.search_domain_log_policy.policy_name == "given-search-log-policy"
    error_message = "it is not so: aws_cloudwatch_log_resource_policy.search_domain_log_policy.policy_name == \"given-search-log-policy\""
  }

  assert {
    condition     = aws_security_group.search_domain_clients.name == "given-search-clients"
    error_message = "it is not so: aws_security_group.search_domain_clients.name == \"given-search-clients\""
  }

  assert {
    condition     = aws_security_group.search_domain_group.name == "given-search-domain-group"
    error_message = "it is not so: aws_security_group.search_domain_group.name == \"given-search-domain-group\""
  }

  assert {
    condition     = aws_lambda_function.upsert_to_es_function.function_name == "given-upsert-to-es"
    error_message = "it is not so: aws_lambda_function.upsert_to_es_function.function_name == \"given-upsert-to-es\""
  }

  assert {
    condition     = aws_lambda_function.search_setup_function.function_name == "given-search-setup"
    error_message = "it is not so: aws_lambda_function.search_setup_function.function_name == \"given-search-setup\""
  }

  assert {
    condition     = aws_security_group.bastion_group[0].name == "given-bastion"
    error_message = "it is not so: aws_security_group.bastion_group[0].name == \"given-bastion\""
  }
}
