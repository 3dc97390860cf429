# Two batch layers with columns of their own in one account; `payments` uses a key that exists.

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
  region = var.region

  default_tags {
    tags = { Project = "plain-terraform" }
  }
}

variable "region" {
  type        = string
  description = "Region of everything"
  default     = "eu-west-1"
}

# region usage
locals {
  contracts = {
    meters = {
      event_time = "read_at"
      key        = null
      columns = [
        { name = "meter_id", kind = "text" },
        { name = "reading_kwh", kind = "decimal", precision = 12, scale = 3, comment = "Kilowatt-hours" },
        { name = "read_at", kind = "timestamp", format = "iso" },
      ]
    }
    payments = {
      event_time = "paid_at"
      key        = { arn = aws_kms_key.team.arn }
      columns = [
        { name = "till", kind = "text" },
        { name = "note", kind = "text", search = "words", required = false },
        { name = "amount", kind = "decimal", precision = 10, scale = 2, comment = "Euros" },
        { name = "paid_at", kind = "timestamp" },
      ]
    }
  }
}

module "batch" {
  source   = "../../terraform-modules/batch"
  for_each = local.contracts

  name       = each.key
  event_time = each.value.event_time
  columns    = each.value.columns
  key        = each.value.key
}
# endregion

# A key that the team has. Its policy contains what the module asks for.
resource "aws_kms_key" "team" {
  description         = "The team's own key"
  enable_key_rotation = true
}

resource "aws_kms_key_policy" "team" {
  key_id = aws_kms_key.team.key_id
  policy = module.batch["payments"].key_policy
}

# region guard
# Terraform refuses to destroy or replace what holds data: remove this first.
resource "terraform_data" "guard" {
  for_each         = module.batch
  triggers_replace = each.value.stateful

  lifecycle {
    prevent_destroy = true
  }
}
# endregion

output "streams" {
  description = "The stream of each contract"
  value       = { for name, batch in module.batch : name => batch.data_stream_name }
}
