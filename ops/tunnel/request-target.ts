import { LocalAnswer } from "./local-answer";

/** A request's path and query, in the encoding that every implementation of SigV4 canonicalizes alike. */
export interface RequestTarget {
  /** Without query. */
  readonly path: string;
  /** Decoded names and values; a name without a value has an empty one. */
  readonly query: Readonly<Record<string, string[]>>;
  /** Path and query, as they are sent. */
  readonly sent: string;
}

/** The signer keeps parameters in an object, which cannot hold this name, and would omit it. */
const UNSIGNABLE = "__proto__";

/**
 * Parses the request line's target and encodes it again: every octet except RFC 3986's unreserved ones, in the path and in
 * the query. A character that a browser does not encode, such as `*` in `/retail*`, is canonicalized differently by
 * different implementations; once encoded, they agree. The parameters keep their order.
 * @throws LocalAnswer 400 for a target that is not a path, is not well encoded, contains `..`, or cannot be signed.
 */
export function parseTarget(target: string): RequestTarget {
  if (!target.startsWith("/")) {
    throw new LocalAnswer(400, `the request target ${JSON.stringify(target)} is not a path`);
  }
  const mark = target.indexOf("?");
  const path = (mark < 0 ? target : target.slice(0, mark))
    .split("/")
    .map((segment) => {
      const decoded = decode(segment);
      if (decoded === "." || decoded === "..") {
        throw new LocalAnswer(400, `the path ${JSON.stringify(target)} contains ..; write it without`);
      }
      return encode(decoded);
    })
    .join("/");
  const parameters = (mark < 0 ? "" : target.slice(mark + 1))
    .split("&")
    .filter((parameter) => parameter !== "")
    .map((parameter): [string, string] => {
      const equals = parameter.indexOf("=");
      const [name, value] =
        equals < 0 ? [parameter, ""] : [parameter.slice(0, equals), parameter.slice(equals + 1)];
      return [decodeForm(name), decodeForm(value)];
    });
  const names = new Set(parameters.map(([name]) => name));
  if (names.has(UNSIGNABLE)) {
    throw new LocalAnswer(
      400,
      `a parameter named ${UNSIGNABLE} cannot be signed; the engine has no parameter of that name`,
    );
  }
  const query = Object.fromEntries(
    [...names].map((name) => [
      name,
      parameters.filter(([other]) => other === name).map(([, value]) => value),
    ]),
  );
  const queryText = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  return { path, query, sent: queryText === "" ? path : `${path}?${queryText}` };
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new LocalAnswer(400, `${JSON.stringify(text)} is not well encoded: UTF-8 in %XX is wanted`, {
      cause: error,
    });
  }
}

/** In a query, a plus is a space. */
function decodeForm(text: string): string {
  return decode(text.replaceAll("+", " "));
}
