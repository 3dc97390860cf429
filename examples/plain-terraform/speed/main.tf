# A batch layer, and a speed layer that indexes its stream in a network that exists.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # A real root keeps its state in a bucket: `backend "s3"`.
  backend "local" {}
}

provider "aws" {
  region = "eu-west-1"
}

variable "vpc_id" {
  type        = string
  description = "Network of the search domain"
}

variable "private_subnet_ids" {
  type        = list(string)
  description = "Its private subnets, from which S3 is reached by a gateway endpoint"
}

# region usage
locals {
  # Both layers read the same records, so both get the same contract.
  contract = {
    name       = "meters"
    event_time = "read_at"
    columns = [
      { name = "meter_id", kind = "text" },
      { name = "reading_kwh", kind = "decimal", precision = 12, scale = 3, comment = "Kilowatt-hours" },
      { name = "read_at", kind = "timestamp", format = "iso" },
    ]
  }
  stream_hours = 48
}

module "batch" {
  source = "../../../terraform-modules/batch"

  name                   = local.contract.name
  event_time             = local.contract.event_time
  columns                = local.contract.columns
  stream_retention_hours = local.stream_hours
}

module "speed" {
  source = "../../../terraform-modules/speed"

  name       = local.contract.name
  event_time = local.contract.event_time
  columns    = local.contract.columns

  stream = {
    arn             = module.batch.data_stream_arn
    retention_hours = local.stream_hours
    key_arn         = module.batch.key_arn
  }
  lake = {
    bucket_name = module.batch.lake_bucket
    key_arn     = module.batch.key_arn
  }
  vpc_id             = var.vpc_id
  private_subnet_ids = var.private_subnet_ids
}
# endregion

# region guard
# Terraform refuses to destroy or replace what holds data: remove this first.
resource "terraform_data" "guard" {
  triggers_replace = concat(module.batch.stateful, module.speed.stateful)

  lifecycle {
    prevent_destroy = true
  }
}
# endregion
