/** An error response of an AWS API: its type as the service names it, and the HTTP status. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
    /** Members of the error's shape besides the message, such as `AthenaErrorCode`. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** Athena's error for a refused request; `code` is the `AthenaErrorCode`. */
export function invalidRequest(message: string, code = "INVALID_INPUT"): AwsError {
  return new AwsError("InvalidRequestException", message, 400, { AthenaErrorCode: code });
}

/** A query failure, worded as Athena words it: `CODE: what`. The caller sees it as the reason of the query's state. */
export class QueryFailure extends Error {
  override readonly name = "QueryFailure";

  constructor(
    /** Trino's error name, such as `TABLE_NOT_FOUND`. */
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** The query is valid on Athena, but the local SQL would answer it differently or not at all. */
export function notLocal(what: string, remedy = ""): QueryFailure {
  return new QueryFailure(
    "NOT_SUPPORTED",
    `the SQL of the local run lacks ${what}${remedy === "" ? "" : `; ${remedy}`}`,
  );
}
