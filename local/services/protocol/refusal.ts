/** The reason why the shell refuses a request before its service sees it, or while the service reads the body. */
export type RefusalKind =
  /** A foreign host, or a web page. */
  | "forbidden"
  /** Not HTTP, or not as this server reads it. */
  | "malformed"
  /** The client has disconnected: nobody reads the answer. */
  | "incomplete"
  | "body too large"
  | "headers too large"
  | "method not allowed"
  | "expectation failed"
  /** The request did not arrive in time. */
  | "timeout"
  /** The run is ending. */
  | "closing";

/** HTTP's own status of each kind; a service may answer with another one. */
const STATUS: Readonly<Record<RefusalKind, number>> = {
  forbidden: 403,
  malformed: 400,
  incomplete: 400,
  "body too large": 413,
  "headers too large": 431,
  "method not allowed": 405,
  "expectation failed": 417,
  timeout: 408,
  closing: 503,
};

/** A request that the shell refuses; the service gives the answer its own form. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(
    readonly kind: RefusalKind,
    message: string,
  ) {
    super(message);
    this.status = STATUS[kind];
  }
}
