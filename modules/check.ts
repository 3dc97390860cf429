import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { PanelContract } from "../dashboards/fields";
import { PanelsError, readPanels } from "../dashboards/read-panels";
import type { Panel } from "../dashboards/spec";

/**
 * Refuses a property that AWS would refuse. A token is known only when Terraform runs, and AWS checks it then.
 * @throws RangeError naming the construct, the value and what is allowed.
 */
export function assertWholeNumber(
  construct: IConstruct,
  property: string,
  value: number,
  min: number,
  max: number,
): void {
  if ([value, min, max].some(Token.isUnresolved)) return;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `${construct.node.path}: ${property} is ${value}; a whole number from ${min} to ${max} is allowed`,
    );
  }
}

/**
 * Refuses a token in a property that decides which resources exist, which is needed before Terraform runs.
 * @throws TypeError naming the construct and the property.
 */
export function assertLiteral(construct: IConstruct, property: string, value: unknown): void {
  const literal = (one: unknown): boolean =>
    ["boolean", "number", "string"].includes(typeof one) && !Token.isUnresolved(one);
  // A list token is recognised only in the list itself, not in its elements.
  if (Array.isArray(value) ? !Token.isUnresolved(value) && value.every(literal) : literal(value)) return;
  throw new TypeError(
    `${construct.node.path}: ${property} is not a literal; it decides which resources exist, so no token is allowed`,
  );
}

/**
 * Refuses a token in the place of a list whose length decides which resources or statements exist; its elements may be
 * tokens.
 * @throws TypeError naming the construct and the property.
 */
export function assertKnownLength(construct: IConstruct, property: string, list: readonly unknown[]): void {
  if (Array.isArray(list) && !Token.isUnresolved(list)) return;
  throw new TypeError(
    `${construct.node.path}: ${property} is not a literal list; its length decides which resources or statements exist, so only its elements may be tokens`,
  );
}

/**
 * Panels that their contract can have: types check those of a known contract only.
 * @throws RangeError naming the construct, and each panel and field that is wrong.
 */
export function checkedPanels(
  construct: IConstruct,
  contract: PanelContract,
  panels: readonly Panel[],
): readonly Panel[] {
  try {
    return readPanels(contract, panels);
  } catch (error) {
    if (!(error instanceof PanelsError)) throw error;
    throw new RangeError(`${construct.node.path}: ${error.message}`);
  }
}
