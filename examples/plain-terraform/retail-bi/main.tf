# One whole system: both layers in a network of its own, with alarms, a dashboard and a budget.

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

# region usage
module "sales" {
  source = "../../../terraform-modules/retail-bi"

  name       = "sales"
  event_time = "sold_at"
  columns = [
    { name = "receipt", kind = "text" },
    { name = "article", kind = "text", search = "words" },
    { name = "quantity", kind = "integer" },
    { name = "price", kind = "decimal", precision = 10, scale = 2, comment = "Euros" },
    { name = "sold_at", kind = "timestamp", format = "iso" },
  ]
}
# endregion

# region guard
# Terraform refuses to destroy or replace what holds data: remove this first.
resource "terraform_data" "guard" {
  triggers_replace = module.sales.stateful

  lifecycle {
    prevent_destroy = true
  }
}
# endregion
