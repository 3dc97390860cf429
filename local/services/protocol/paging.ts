import type { Input, Refuse } from "./input";

/** One page of a list; `next` is the token of the following page, if there is one. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/** The page for `NextToken` and `MaxResults`. The token is the index of the first item. */
export function page<T>(all: readonly T[], input: Input, most: number, refuse: Refuse): Page<T> {
  const token = input.optionalText("NextToken") ?? "0";
  if (!/^\d+$/.test(token)) throw refuse(`NextToken ${token} is not valid`);
  const start = Number(token);
  const end = start + (input.optionalInteger("MaxResults", 1, most) ?? most);
  return { items: all.slice(start, end), next: end < all.length ? { NextToken: String(end) } : {} };
}

/** The regular expression of `Expression`, anchored to the whole name; matches all names when it is absent. */
export function namePattern(input: Input, refuse: Refuse): RegExp {
  const expression = input.optionalText("Expression");
  if (expression === undefined) return /^/;
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch (error) {
    throw refuse(`Expression: ${String(error)}`);
  }
}
