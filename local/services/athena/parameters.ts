import { invalidRequest, QueryFailure } from "../protocol/errors";
import { isWord, type Token, tokensOf } from "./sql/lexer";

/**
 * The statement with its parameters, `?` each, replaced by the values in their order. A value is a literal as SQL writes
 * it: a text has quotes.
 * @throws AwsError InvalidRequestException for a value that is no literal, and for another number of values
 */
export function withParameters(sql: string, values: readonly string[]): string {
  const places = tokensOf(sql).filter((token) => isWord(token, "?"));
  if (places.length !== values.length) {
    const { message } = new QueryFailure(
      "INVALID_PARAMETER_USAGE",
      `Incorrect number of parameters: expected ${places.length} but found ${values.length}`,
    );
    throw invalidRequest(message);
  }
  let text = "";
  let end = 0;
  for (const [index, place] of places.entries()) {
    const value = values[index] ?? "";
    assertLiteral(value, index);
    text += sql.slice(end, place.start) + value;
    end = place.end;
  }
  return text + sql.slice(end);
}

/** @throws AwsError InvalidRequestException */
function assertLiteral(value: string, index: number): void {
  let tokens: readonly Token[];
  try {
    tokens = tokensOf(value);
  } catch {
    tokens = [];
  }
  const [first, second] = tokens;
  const last = tokens.at(-1);
  const isConstant = last?.kind === "string" || last?.kind === "number";
  const isWhole = first?.start === 0 && last?.end === value.length;
  const isLiteral =
    (tokens.length === 1 && (isConstant || ["NULL", "TRUE", "FALSE"].some((word) => isWord(first, word)))) ||
    (tokens.length === 2 && (isWord(first, "-") || isWord(first, "+")) && second?.kind === "number") ||
    (tokens.length === 2 && first?.kind === "word" && second?.kind === "string");
  if (isWhole && isLiteral) return;
  throw invalidRequest(
    `ExecutionParameters[${index}] is not supported by the local run: ${value} is no literal; a text needs quotes`,
  );
}
