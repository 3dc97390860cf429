import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";

/** Source from which `terraform init` installs the AWS provider. */
export type ProviderSource =
  /** The operator's own CLI configuration, used unchanged. */
  | { readonly kind: "configuration"; readonly path: string }
  /** A filesystem mirror, as `terraform providers mirror` writes it, packed or unpacked. */
  | { readonly kind: "mirror"; readonly path: string }
  | { readonly kind: "registry" };

/** Names a mirror; takes precedence. */
export const MIRROR_VARIABLE = "RETAIL_BI_PROVIDER_MIRROR";

const PROVIDER = "registry.terraform.io/hashicorp/aws";

/** Usual folders of a mirror; some of them are Terraform's own implied mirrors. */
function usualMirrors(): string[] {
  return [
    join(homedir(), ".terraform.d", "plugins"),
    join(homedir(), ".local", "share", "terraform", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/local/share/terraform/providers",
    "/usr/share/terraform/plugins",
    "/usr/share/terraform/providers",
    "/opt/terraform/plugins",
    "/opt/terraform/providers",
    "/opt/tf-plugins",
  ];
}

/**
 * Finds the provider: the mirror that {@link MIRROR_VARIABLE} names, else the operator's own CLI
 * configuration, else a mirror with this version in one of the usual folders, else the registry.
 * @throws OperatorError when the named mirror does not contain the provider.
 */
export function findProvider(
  version: string,
  variables: Variables,
  mirrors: readonly string[] = usualMirrors(),
): ProviderSource {
  const named = variables[MIRROR_VARIABLE];
  if (named !== undefined) {
    const path = resolve(named);
    if (!hasProvider(path, version)) {
      throw new OperatorError(
        `${MIRROR_VARIABLE} is ${named}, which has no ${PROVIDER} ${version} for ${platform()}: ` +
          `create it with \`terraform providers mirror\`, or unset the variable`,
      );
    }
    return { kind: "mirror", path };
  }
  const configuration = variables["TF_CLI_CONFIG_FILE"] ?? join(homedir(), ".terraformrc");
  if (existsSync(configuration)) return { kind: "configuration", path: configuration };
  const mirror = mirrors.find((path) => hasProvider(path, version));
  return mirror === undefined ? { kind: "registry" } : { kind: "mirror", path: mirror };
}

/**
 * The variables that make Terraform use `source`. For a mirror they name a CLI configuration, which is
 * written into `folder`.
 */
export function variablesFor(source: ProviderSource, variables: Variables, folder: string): Variables {
  switch (source.kind) {
    case "configuration":
      return { ...variables, TF_CLI_CONFIG_FILE: source.path };
    case "registry":
      return { ...variables, TF_CLI_CONFIG_FILE: undefined };
    case "mirror": {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, "mirror.tfrc");
      writeFileSync(path, configurationOf(source.path));
      return { ...variables, TF_CLI_CONFIG_FILE: path };
    }
  }
}

function configurationOf(mirror: string): string {
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ["${PROVIDER}"]
  }
  direct {
    exclude = ["${PROVIDER}"]
  }
}
`;
}

function hasProvider(mirror: string, version: string): boolean {
  const folder = join(mirror, PROVIDER);
  const unpacked = join(folder, version, platform());
  const packed = join(folder, `terraform-provider-aws_${version}_${platform()}.zip`);
  return (existsSync(unpacked) && readdirSync(unpacked).length > 0) || existsSync(packed);
}

/** Terraform's platform name, such as `linux_amd64`. */
function platform(): string {
  const systems: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };
  const processors: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", ia32: "386" };
  return `${systems[process.platform] ?? process.platform}_${processors[process.arch] ?? process.arch}`;
}
