export type { JsonObject } from "../lib/json";
