/** A response by the tunnel itself, because the request is not or cannot be forwarded to the domain. */
export class LocalAnswer extends Error {
  override readonly name = "LocalAnswer";

  public constructor(
    public readonly status: 400 | 403 | 413 | 502 | 503 | 504,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
