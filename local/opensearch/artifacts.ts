import type { Artifact } from "./maven";

/** The engine of the domain (`OpenSearch_2.19`), in the newest release of that line. */
export const VERSION = "2.19.4";

/** A part of the engine that its archive on Maven Central lacks. */
export interface Module {
  readonly name: string;
  readonly classname: string;
  readonly jars: readonly Artifact[];
  /** Java permissions that it asks for, as its official descriptor does. */
  readonly permissions?: readonly string[];
}

/** The server, with nothing but its transport. */
export const SERVER: Artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${VERSION}:zip`;

/** The security plugin, whole. */
export const SECURITY_PLUGIN: Artifact = `org.opensearch.plugin:opensearch-security:${VERSION}.0:zip`;

/** The modules that the stack's mappings and queries need. Their official jars lack the descriptor. */
export const MODULES: readonly Module[] = [
  {
    name: "analysis-common",
    classname: "org.opensearch.analysis.common.CommonAnalysisPlugin",
    jars: [`org.opensearch.plugin:analysis-common:${VERSION}:jar`],
  },
  {
    name: "mapper-extras",
    classname: "org.opensearch.index.mapper.MapperExtrasPlugin",
    jars: [`org.opensearch.plugin:mapper-extras-client:${VERSION}:jar`],
  },
  {
    name: "lang-painless",
    classname: "org.opensearch.painless.PainlessPlugin",
    jars: [
      `org.opensearch.plugin:lang-painless:${VERSION}:jar`,
      `org.opensearch.plugin:opensearch-scripting-painless-spi:${VERSION}:jar`,
      "org.antlr:antlr4-runtime:4.13.1:jar",
      "org.ow2.asm:asm:9.7:jar",
      "org.ow2.asm:asm-util:9.7:jar",
      "org.ow2.asm:asm-tree:9.7:jar",
      "org.ow2.asm:asm-commons:9.7:jar",
      "org.ow2.asm:asm-analysis:9.7:jar",
    ],
    permissions: ["createClassLoader", "getClassLoader"],
  },
];

/** Everything that is downloaded. */
export const ARTIFACTS: readonly Artifact[] = [
  SERVER,
  SECURITY_PLUGIN,
  ...MODULES.flatMap(({ jars }) => jars),
];

/** The name that Maven gives an artifact's file. */
export function fileName(artifact: Artifact): string {
  const [, name, version, type] = artifact.split(":");
  return `${name}-${version}.${type}`;
}
