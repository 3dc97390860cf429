import type { IConstruct } from "constructs";
import type { PanelContract } from "../dashboards/fields";
import type { Panel } from "../dashboards/spec";
/**
 * Refuses a property that AWS would refuse. A token is known only when Terraform runs, and AWS checks it then.
 * @throws RangeError naming the construct, the value and what is allowed.
 */
export declare function assertWholeNumber(construct: IConstruct, property: string, value: number, min: number, max: number): void;
/**
 * Refuses a token in a property that decides which resources exist, which is needed before Terraform runs.
 * @throws TypeError naming the construct and the property.
 */
export declare function assertLiteral(construct: IConstruct, property: string, value: unknown): void;
/**
 * Refuses a token in the place of a list whose length decides which resources or statements exist; its elements may be
 * tokens.
 * @throws TypeError naming the construct and the property.
 */
export declare function assertKnownLength(construct: IConstruct, property: string, list: readonly unknown[]): void;
/**
 * Panels that their contract can have: types check those of a known contract only.
 * @throws RangeError naming the construct, and each panel and field that is wrong.
 */
export declare function checkedPanels(construct: IConstruct, contract: PanelContract, panels: readonly Panel[]): readonly Panel[];
