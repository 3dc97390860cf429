import type { PanelContract } from "./fields";
import type { Panel } from "./spec";
/**
 * The panels of a contract that has none of its own: lines over time, sums of the first number columns over time, the
 * most frequent values of the first exact text columns, and the latest lines.
 */
export declare function defaultPanels({ columns, eventTime }: PanelContract): Panel[];
