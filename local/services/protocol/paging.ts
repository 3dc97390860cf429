import type { Input, Refuse } from "./input";

/** One page of a list; `next` holds the token of the following one, if there is one. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/** Cuts the page that `NextToken` and `MaxResults` ask for. The token is the place of the first item. */
export function page<T>(all: readonly T[], input: Input, most: number, refuse: Refuse): Page<T> {
  const token = input.optionalText("NextToken") ?? "0";
  if (!/^\d+$/.test(token)) throw refuse(`NextToken ${token} is not one of ours`);
  const start = Number(token);
  const end = start + (input.optionalInteger("MaxResults", 1, most) ?? most);
  return { items: all.slice(start, end), next: end < all.length ? { NextToken: String(end) } : {} };
}

/** The names that `Expression` asks for: a regular expression over the whole name; all when there is none. */
export function namePattern(input: Input, refuse: Refuse): RegExp {
  const expression = input.optionalText("Expression");
  if (expression === undefined) return /^/;
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch (error) {
    throw refuse(`Expression: ${String(error)}`);
  }
}
