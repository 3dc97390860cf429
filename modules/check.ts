import type { IConstruct } from "constructs";

/** Refuses a property that AWS would refuse. @throws RangeError naming the construct, the value and what is allowed. */
export function assertWholeNumber(
  construct: IConstruct,
  property: string,
  value: number,
  min: number,
  max: number,
): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `${construct.node.path}: ${property} is ${value}; a whole number from ${min} to ${max} is allowed`,
    );
  }
}
