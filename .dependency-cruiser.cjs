/**
 * What each room may import, besides itself; docs/architecture.md says what each is. Imports of types count too.
 * `npm run lint:imports` holds it, and refuses circles.
 */
const MAY_IMPORT = {
  contract: [],
  lib: [],
  dashboards: ["contract", "lib"],
  presets: ["contract", "lib", "dashboards", "modules"],
  lambdas: ["contract", "lib", "dashboards"],
  modules: ["contract", "lib", "dashboards", "lambdas"],
  environments: ["contract", "lib", "modules"],
  stacks: ["contract", "lib", "modules", "environments", "presets"],
  loadgen: ["contract", "lib"],
  "ops/target": ["contract", "lib", "modules", "environments", "local/plan", "local/runs"],
  "ops/terraform": ["lib", "modules", "environments", "local/plan", "ops/target"],
  "ops/preflight": ["lib", "modules", "environments", "local/plan", "ops/target", "ops/terraform"],
  "ops/cost": ["lib", "lambdas", "environments", "stacks", "local/plan", "ops/target", "ops/terraform"],
  "ops/bootstrap": ["lib", "modules", "environments", "ops/target", "ops/terraform", "ops/preflight"],
  "ops/tunnel": ["lib", "ops/target"],
  "ops/reconcile": ["contract", "lib", "modules", "ops/target", "ops/tunnel"],
  "ops/recovery": ["contract", "lib", "modules", "ops/target", "ops/reconcile"],
  "ops/smoke": [
    "contract",
    "lib",
    "dashboards",
    "lambdas",
    "presets",
    "loadgen",
    "ops/target",
    "ops/tunnel",
    "ops/reconcile",
  ],
  "ops/query": ["lib", "ops/target"],
  "ops/trace": ["contract", "lib", "local/runs", "ops/target", "ops/tunnel", "ops/reconcile"],
  "local/plan": ["contract", "lib"],
  "local/store": ["lib"],
  "local/services": ["contract", "lib", "local/plan", "local/store"],
  "local/runs": ["contract", "lib", "local/services"],
  "local/look": ["contract", "lib", "ops/target", "ops/reconcile", "local"],
  "local/opensearch": ["lib", "local/plan", "local/services"],
  "local/page": [
    "contract",
    "lib",
    "dashboards",
    "lambdas",
    "loadgen",
    "ops/query",
    "ops/reconcile",
    "ops/recovery",
    "ops/trace",
    "local",
  ],
  local: ["contract", "lib", "dashboards", "modules", "environments", "loadgen", "ops/reconcile"],
  benchmarks: [
    "contract",
    "lib",
    "lambdas",
    "modules",
    "environments",
    "loadgen",
    "ops/cost",
    "ops/reconcile",
    "local",
  ],
};

const room = (name) => `^${name}/`;

/** What the services share, beside the folders of the services. */
const SHARED = "(protocol|stream-consumer)";
/** A service's files that are not its entry. */
const INSIDE_A_SERVICE = `^local/services/(?!${SHARED}/)[^/]+/(?!service\\.ts$)`;
/** A filter of GetPartitions is a condition of Athena's SQL. */
const READ_BY_GLUE = "^local/services/athena/sql/(partition-filter|sql-parser|syntax-tree)\\.ts$";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-test-in-product",
      severity: "error",
      from: { pathNot: "^__tests__/" },
      to: { path: "^__tests__/" },
    },
    {
      name: "settings-have-schemas-constructs-have-props",
      severity: "error",
      from: { pathNot: "^(environments/|node_modules/)" },
      to: { path: "node_modules/zod/" },
    },
    {
      name: "a-service-is-entered-by-its-service.ts",
      severity: "error",
      from: { pathNot: "^local/services/[^/]+/" },
      to: { path: INSIDE_A_SERVICE },
    },
    {
      name: "a-service-enters-another-by-its-service.ts",
      severity: "error",
      from: { path: "^local/services/([^/]+)/", pathNot: "^local/services/glue/partition-expression\\.ts$" },
      to: { path: INSIDE_A_SERVICE, pathNot: "^local/services/$1/" },
    },
    {
      name: "glue-reads-conditions-of-athena-sql",
      severity: "error",
      from: { path: "^local/services/glue/partition-expression\\.ts$" },
      to: { path: INSIDE_A_SERVICE, pathNot: ["^local/services/glue/", READ_BY_GLUE] },
    },
    ...Object.entries(MAY_IMPORT).map(([name, others]) => ({
      name: `from-${name}`,
      severity: "error",
      from: {
        path: room(name),
        pathNot: Object.keys(MAY_IMPORT)
          .filter((inner) => inner.startsWith(`${name}/`))
          .map(room),
      },
      to: {
        pathNot: [...[name, ...others].map(room), "node_modules/", "^@opensearch-project/"],
        dependencyTypesNot: ["core"],
      },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(cdktf\\.out|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
