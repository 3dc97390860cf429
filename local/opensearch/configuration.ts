import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Java } from "./java";

/**
 * The only address whose proxy headers the engine trusts: the gate's. It differs from 127.0.0.1, so that the engine does
 * not trust other programs of this machine by accident.
 */
export const GATE_ADDRESS = "127.0.0.2";

/** Headers that carry the caller's identity from the gate. */
export const PROXY_HEADERS = {
  user: "x-proxy-user",
  roles: "x-proxy-roles",
  from: "x-forwarded-for",
} as const;

/** Settings of an engine. */
interface Configuration {
  /** Holds configuration, data and logs of this engine. */
  readonly folder: string;
  readonly java: Java;
  readonly httpPort: number;
  readonly transportPort: number;
  /** The role with all permissions, as the domain's master user on AWS. */
  readonly masterRoleArn: string;
  readonly heapMiB: number;
}

/** Paths in an engine's folder. */
export function pathsOf(folder: string) {
  return {
    config: join(folder, "config"),
    data: join(folder, "data"),
    logs: join(folder, "logs"),
    temporary: join(folder, "tmp"),
  };
}

/**
 * Rewrites an engine's configuration and keeps its data. The configuration has no users and no passwords: only the gate
 * passes the caller's identity.
 */
export async function configure(configuration: Configuration): Promise<void> {
  const { folder, masterRoleArn, heapMiB, java } = configuration;
  const paths = pathsOf(folder);
  rmSync(paths.config, { recursive: true, force: true });
  const security = join(paths.config, "opensearch-security");
  for (const path of [paths.config, security, paths.data, paths.logs, paths.temporary]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  const write = (path: string, content: string): void => writeFileSync(path, content, { mode: 0o600 });
  const password = randomBytes(16).toString("hex");
  await makeKeys(java, paths.config, password);

  write(join(paths.config, "opensearch.yml"), yaml(settings(configuration, password)));
  write(join(paths.config, "jvm.options"), jvmOptions(heapMiB, paths.temporary));
  write(join(paths.config, "log4j2.properties"), LOGGING);
  const files: Readonly<Record<string, readonly [type: string, content: object]>> = {
    config: ["config", AUTHENTICATION],
    roles_mapping: ["rolesmapping", { all_access: { reserved: false, backend_roles: [masterRoleArn] } }],
    internal_users: ["internalusers", {}],
    roles: ["roles", {}],
    action_groups: ["actiongroups", {}],
    tenants: ["tenants", {}],
    nodes_dn: ["nodesdn", {}],
    allowlist: ["allowlist", { config: { enabled: false } }],
    audit: ["audit", { config: { enabled: false } }],
  };
  for (const [name, [type, content]] of Object.entries(files)) {
    const body = { _meta: { type, config_version: 2 }, ...content };
    write(join(security, `${name}.yml`), yaml(body));
  }
}

/** The security plugin requires TLS between nodes, also for one node. */
async function makeKeys({ home }: Java, folder: string, password: string): Promise<void> {
  const keytool = (...args: string[]) =>
    promisify(execFile)(join(home, "bin/keytool"), [...args, "-storepass", password, "-storetype", "PKCS12"]);
  const [keys, trusted, certificate] = ["keys.p12", "trusted.p12", "node.crt"].map((name) =>
    join(folder, name),
  );
  await keytool(
    ...["-genkeypair", "-alias", "node", "-keyalg", "EC", "-validity", "3650"],
    ...["-dname", "CN=node,O=local", "-keystore", String(keys)],
  );
  await keytool("-exportcert", "-alias", "node", "-keystore", String(keys), "-file", String(certificate));
  await keytool(
    ...["-importcert", "-noprompt", "-alias", "node", "-file", String(certificate)],
    ...["-keystore", String(trusted)],
  );
}

function settings({ folder, httpPort, transportPort }: Configuration, password: string): object {
  const paths = pathsOf(folder);
  return {
    "cluster.name": "local",
    "node.name": "node",
    "network.host": "127.0.0.1",
    "http.port": httpPort,
    "transport.port": transportPort,
    "discovery.type": "single-node",
    "path.data": paths.data,
    "path.logs": paths.logs,
    // A laptop's full disk must not block writes.
    "cluster.routing.allocation.disk.threshold_enabled": false,
    "plugins.security.ssl.transport.keystore_filepath": "keys.p12",
    "plugins.security.ssl.transport.keystore_type": "PKCS12",
    "plugins.security.ssl.transport.keystore_password": password,
    "plugins.security.ssl.transport.truststore_filepath": "trusted.p12",
    "plugins.security.ssl.transport.truststore_type": "PKCS12",
    "plugins.security.ssl.transport.truststore_password": password,
    "plugins.security.ssl.transport.enforce_hostname_verification": false,
    "plugins.security.ssl.http.enabled": false,
    "plugins.security.nodes_dn": ["CN=node,O=local"],
    "plugins.security.allow_default_init_securityindex": true,
    "plugins.security.restapi.roles_enabled": ["all_access"],
    // The audit settings are stored and returned; there is no CloudWatch to log to.
    "plugins.security.audit.type": "noop",
  };
}

/** Requests from the gate's address have the identity in its headers; all others are rejected. */
const AUTHENTICATION = {
  config: {
    dynamic: {
      http: {
        anonymous_auth_enabled: false,
        xff: {
          enabled: true,
          internalProxies: GATE_ADDRESS.replaceAll(".", "\\."),
          remoteIpHeader: PROXY_HEADERS.from,
        },
      },
      authc: {
        gate: {
          http_enabled: true,
          transport_enabled: false,
          order: 0,
          http_authenticator: {
            type: "proxy",
            challenge: false,
            config: {
              user_header: PROXY_HEADERS.user,
              roles_header: PROXY_HEADERS.roles,
              roles_separator: ",",
            },
          },
          authentication_backend: { type: "noop" },
        },
      },
    },
  },
};

/** The engine's default options without the garbage collection log. */
function jvmOptions(heapMiB: number, temporary: string): string {
  return [
    `-Xms${heapMiB}m`,
    `-Xmx${heapMiB}m`,
    "-XX:+UseG1GC",
    "-XX:G1ReservePercent=25",
    "-XX:InitiatingHeapOccupancyPercent=30",
    `-Djava.io.tmpdir=${temporary}`,
    "18-:-Djava.security.manager=allow",
    "",
  ].join("\n");
}

const LOGGING = `appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

/** JSON is YAML. */
function yaml(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
