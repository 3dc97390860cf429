import type { Page, Response } from "playwright-core";

/** What a browser complains of in pages: errors and warnings of the console, uncaught errors, answers of 500 and more. */
export class PageComplaints {
  private readonly found: Promise<string>[] = [];

  /** Listens to a page that has not gone anywhere yet. */
  public listenTo(page: Page): void {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.add(message.text());
    });
    page.on("pageerror", (error) => this.add(error.message));
    page.on("response", (response) => {
      if (response.status() >= 500) this.found.push(textOf(response));
    });
  }

  /** All complaints until now, without the status that a browser notes of a request that was refused on purpose. */
  public async all(): Promise<string[]> {
    return (await Promise.all(this.found)).filter((text) => !/status of 400/.test(text));
  }

  private add(text: string): void {
    this.found.push(Promise.resolve(text));
  }
}

/** The request and the reason, which the console's own message does not have. */
async function textOf(response: Response): Promise<string> {
  const request = response.request();
  const asked = `${request.method()} ${new URL(response.url()).pathname} ${request.postData() ?? ""}`;
  const body = await response.text().catch((error: unknown) => `no body: ${String(error)}`);
  return `${asked}: ${response.status()}: ${body}`;
}
