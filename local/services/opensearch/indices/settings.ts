import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { badRequest, notSupported } from "../errors";

/** Settings of an index, flat (`index.number_of_shards`), each as text, which is how the engine returns them. */
export type Settings = Readonly<Record<string, string>>;

/** The settings that the double supports: the bounds of a number, or a time. */
const KNOWN: Readonly<Record<string, { readonly min: number; readonly max: number } | "time">> = {
  "index.number_of_shards": { min: 1, max: 1024 },
  "index.number_of_replicas": { min: 0, max: 100 },
  "index.refresh_interval": "time",
};

const REFRESH_INTERVAL_MS = 1_000;
/** A time with its unit, or a value that disables the interval. */
const TIME = /^(?:-1|0|(\d+)(ms|s|m))$/;
const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Parses settings in any spelling that the engine accepts.
 * @throws EngineError for a setting that the double lacks, or that is out of bounds.
 */
export function readSettings(given: Json | undefined): Settings {
  const flat: Record<string, string> = {};
  const walk = (path: string, value: Json): void => {
    if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) walk(path === "" ? key : `${path}.${key}`, inner);
      return;
    }
    const name = path.startsWith("index.") ? path : `index.${path}`;
    flat[name] = String(value);
  };
  walk("", given ?? {});
  for (const [name, value] of Object.entries(flat)) check(name, value);
  return flat;
}

function check(name: string, value: string): void {
  const bounds = KNOWN[name];
  if (bounds === undefined) throw notSupported(`setting ${name}`);
  if (bounds === "time") {
    if (!TIME.test(value))
      throw notSupported(`${name} ${value}; supported: -1, 0, or a number with ms, s or m`);
    return;
  }
  const number = Number(value);
  if (!/^-?\d+$/.test(value)) throw badRequest(`Failed to parse value [${value}] for setting [${name}]`);
  if (number < bounds.min) {
    throw badRequest(`Failed to parse value [${value}] for setting [${name}] must be >= ${bounds.min}`);
  }
  if (number > bounds.max) {
    throw badRequest(`Failed to parse value [${value}] for setting [${name}] must be <= ${bounds.max}`);
  }
}

/** Settings as the engine returns them: nested, below `index`. */
export function nestedSettings(settings: Settings): JsonObject {
  const root: Record<string, Json> = {};
  for (const [name, value] of Object.entries(settings)) {
    let into = root;
    const steps = name.split(".");
    for (const step of steps.slice(0, -1)) {
      const present = into[step];
      const next: Record<string, Json> = isJsonObject(present) ? { ...present } : {};
      into[step] = next;
      into = next;
    }
    into[steps.at(-1) ?? ""] = value;
  }
  return root;
}

/** Refresh interval in ms; undefined when only a request refreshes. */
export function refreshIntervalMs(settings: Settings): number | undefined {
  const text = settings["index.refresh_interval"];
  if (text === undefined) return REFRESH_INTERVAL_MS;
  const [, amount, unit = ""] = TIME.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (TIME_UNITS[unit] ?? 1);
}

export function numberSetting(settings: Settings, name: string, otherwise: number): number {
  const text = settings[name];
  return text === undefined ? otherwise : Number(text);
}
