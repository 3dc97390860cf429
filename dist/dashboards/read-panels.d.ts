import { type PanelContract } from "./fields";
import type { Panel } from "./spec";
/** Panels that a contract cannot have; the message lists every fault, by panel. */
export declare class PanelsError extends Error {
    readonly name = "PanelsError";
}
/**
 * Panels that arrive as JSON, or as a prop.
 * @throws PanelsError naming every panel and field that is wrong
 */
export declare function readPanels(contract: PanelContract, value: unknown): readonly Panel[];
