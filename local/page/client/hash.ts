/**
 * The page keeps its state in the address behind `#`, written as a query. Each part of the page has keys of its own
 * there and keeps those of the others.
 */
export function hashValue(key: string): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get(key) ?? undefined;
}

/** The address with another value of a key, and the others as they are now. */
export function hashWith(key: string, value: string): string {
  const values = new URLSearchParams(location.hash.slice(1));
  values.set(key, value);
  return `#${values}`;
}
