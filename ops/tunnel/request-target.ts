import { LocalAnswer } from "./local-answer";

/** What a request asks for, in the one spelling that every implementation of SigV4 reads the same way. */
export interface RequestTarget {
  /** Without query. */
  readonly path: string;
  /** Name and values, decoded; a name without a value has an empty one. */
  readonly query: Readonly<Record<string, string[]>>;
  /** Path and query, as they are sent. */
  readonly sent: string;
}

/** The signer keeps parameters as properties of an object, where this name cannot be one, and leaves it out. */
const UNSIGNABLE = "__proto__";

/**
 * Reads the request line's target and spells it anew: every octet but RFC 3986's unreserved ones is encoded,
 * in the path and in the query. What a browser sends plainly, such as `*` in `/retail*`, is signed as sent by
 * some and as encoded by others; encoded, both agree. The parameters keep their order.
 * @throws LocalAnswer 400 when it is no path, is not well encoded, climbs (`..`), or cannot be signed.
 */
export function parseTarget(target: string): RequestTarget {
  if (!target.startsWith("/")) {
    throw new LocalAnswer(400, `the request asks for ${JSON.stringify(target)}; a path is wanted`);
  }
  const mark = target.indexOf("?");
  const path = (mark < 0 ? target : target.slice(0, mark))
    .split("/")
    .map((segment) => {
      const decoded = decode(segment);
      if (decoded === "." || decoded === "..") {
        throw new LocalAnswer(400, `the path ${JSON.stringify(target)} climbs; write it out`);
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
      `a parameter named ${UNSIGNABLE} cannot be signed; the engine knows none of that name`,
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
