import type { App } from "cdktf";
import { IngestBatch } from "../modules/batch/ingest-batch";
import { locationOf } from "../modules/location";
import { systemNamesOf } from "../modules/naming";
import { RetailBi } from "../modules/retail-bi";
import { SpeedLayer } from "../modules/speed/speed-layer";
import { givenLake, givenStream, keyPolicy, optionalKey } from "./module-adoption";
import { adaptBatch, batchProps } from "./module-batch";
import { moduleContract } from "./module-contract";
import { MODULE_NAMES, moduleNames } from "./module-names";
import { optionalNetwork } from "./module-network";
import { adaptOperations, operationsSettings } from "./module-operations";
import { adaptSpeed, speedProps } from "./module-search";
import { ModuleStack } from "./module-stack";
import { logRetentionVariable } from "./module-variables";
import { addOutputs, batchOutputs, operationsOutputs, speedOutputs } from "./outputs";

/** The modules, by name; each is a folder of `terraform-modules/`. */
export const TERRAFORM_MODULES = {
  batch: batchModule,
  speed: speedModule,
  "retail-bi": retailBiModule,
} as const satisfies Readonly<Record<string, (app: App) => ModuleStack>>;

/** The stream, its delivery to a lake, the tables of the lake, and their merging. */
function batchModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "batch");
  const { given, common } = commonProps(stack, MODULE_NAMES.batch);
  const key = optionalKey(stack, given, common.location, common.names.keyAlias);
  const batch = new IngestBatch(stack, "Default", { ...common, ...batchProps(stack, given, key, common) });
  adaptBatch(stack, given, batch);
  addOutputs(stack, [...batchOutputs(batch), keyPolicy(key)]);
  stack.addStateful();
  return stack;
}

/** The search domain, its set-up, and the function that indexes a stream of another module. */
function speedModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "speed");
  // A batch layer of the same prefix has the alias without this.
  const { given, common } = commonProps(stack, MODULE_NAMES.speed, (alias) => `${alias}-speed`);
  const key = optionalKey(stack, given, common.location, common.names.keyAlias);
  const lake = givenLake(stack, given, common.location);
  const { network, ready } = optionalNetwork(stack, { ...common, key });
  const speed = new SpeedLayer(stack, "Default", {
    ...common,
    ...speedProps(stack, network),
    key,
    source: givenStream(stack, common.location, "local.lake_key_arn"),
    lake,
  });
  adaptSpeed(stack, speed, ready);
  addOutputs(stack, [...speedOutputs(speed), keyPolicy(key)]);
  stack.addStateful();
  return stack;
}

/** One whole system: both layers, and their operations. */
function retailBiModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "retail-bi");
  const { given, common } = commonProps(stack, MODULE_NAMES["retail-bi"]);
  const key = optionalKey(stack, given, common.location, common.names.keyAlias);
  const { network, ready } = optionalNetwork(stack, { ...common, key });
  const system = new RetailBi(stack, "Default", {
    ...common,
    ...batchProps(stack, given, key, common),
    speed: speedProps(stack, network),
    operations: operationsSettings(stack),
  });
  const { batch, speed, operations } = system;
  if (speed === undefined) throw new Error("the module has no speed layer");
  adaptBatch(stack, given, batch);
  adaptSpeed(stack, speed, ready);
  adaptOperations(stack, operations, speed.domain);
  addOutputs(stack, [
    ...batchOutputs(batch),
    ...speedOutputs(speed),
    ...operationsOutputs(operations),
    keyPolicy(key),
  ]);
  stack.addStateful();
  return stack;
}

/** Adds the variables that every module has. @param alias of the module's key, from the default of the constructs */
function commonProps(
  stack: ModuleStack,
  own: Parameters<typeof moduleNames>[3],
  alias: (byDefault: string) => string = (byDefault) => byDefault,
) {
  const given = moduleContract(stack);
  const { contract, prefix } = given;
  const location = locationOf(stack);
  const keyAlias = alias(systemNamesOf(prefix, location).keyAlias);
  const common = {
    contract,
    prefix,
    location,
    names: moduleNames(stack, prefix, location, own, { keyAlias }),
    logRetentionDays: logRetentionVariable(stack),
    // `prevent_destroy` takes a literal only: the caller's root guards the output `stateful`.
    protected: false,
  };
  return { given, common };
}
