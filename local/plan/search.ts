import type { SearchDomainModel } from "./data-plane";
import type { Properties } from "./properties";
import type { Stack } from "./stack";

const NOT_HONOURED: Readonly<Record<string, string>> = {
  engine_version: "the local engine has its own version",
  cluster_config: "one engine on this machine",
  ebs_options: "one engine on this machine",
  auto_tune_options: "one engine on this machine",
  off_peak_window_options: "nothing is maintained here",
  software_update_options: "nothing is maintained here",
  snapshot_options: "no snapshots here",
  vpc_options: "the engine is in no VPC here",
  ip_address_type: "the engine is in no VPC here",
  domain_endpoint_options: "plain http on loopback here",
  encrypt_at_rest: "nothing is encrypted here",
  node_to_node_encryption: "nothing is encrypted here",
  advanced_security_options: "a real engine enforces permissions, the embedded double does not",
  access_policies: "the engine's own roles decide here, where it enforces any",
  cognito_options: "nobody signs in here",
  log_publishing_options: "no CloudWatch here",
  advanced_options: "the local engine has its own settings",
};

/** `aws_opensearch_domain`: one engine, whatever the domain's size and protection. */
export function readSearchDomains(stack: Stack): SearchDomainModel[] {
  return stack.all("aws_opensearch_domain").map((domain) => {
    for (const [property, reason] of Object.entries(NOT_HONOURED)) domain.notHonoured(property, reason);
    return {
      address: domain.address,
      name: domain.string("domain_name"),
      masterRoleArn: readMasterRole(domain),
    };
  });
}

/** The engine needs a role with all permissions, with which search-setup maps the other roles. */
function readMasterRole(domain: Properties): string {
  const security = domain.block("advanced_security_options");
  const master = security?.block("master_user_options");
  return (
    master?.string("master_user_arn") ??
    domain.refuse(
      "advanced_security_options",
      "must name a role as master, by master_user_options.master_user_arn",
    )
  );
}
