import { Refusal } from "./refusal";

/** The path of a request's target, still encoded, and its query. */
export function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = target.indexOf("?");
  if (mark === -1) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

/** Decodes a path or a part of it. @throws Refusal when it is not well encoded */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new Refusal("malformed", `"${text}" cannot be decoded`);
    throw error;
  }
}
