import type { Artifact } from "./maven";

/** Newest release of the domain's engine version, `OpenSearch_2.19`. */
export const VERSION = "2.19.4";

/** A module that the engine's archive on Maven Central does not contain. */
export interface Module {
  readonly name: string;
  readonly classname: string;
  readonly jars: readonly Artifact[];
  /** Java permissions, as in its official descriptor. */
  readonly permissions?: readonly string[];
}

/** The server with its transport modules only. */
export const SERVER: Artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${VERSION}:zip`;

/** The security plugin. */
export const SECURITY_PLUGIN: Artifact = `org.opensearch.plugin:opensearch-security:${VERSION}.0:zip`;

/** The modules that the stack's mappings and queries need. Their official jars contain no descriptor. */
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

/** All downloads. */
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
