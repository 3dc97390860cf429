/** What the tunnel answers itself, because the request does not, or cannot, go to the domain. */
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
