import { messageOf } from "../../../lib/message-of";
import { setText } from "./dom";

/** Errors that an element shows, by what failed: the success of one work leaves the error of another where it is. */
export class Problems {
  private readonly messages = new Map<string, string>();

  public constructor(private readonly element: HTMLElement) {}

  /** @param error undefined when the work succeeded, or was not done */
  public tell(work: string, error: unknown): void {
    if (error === undefined) this.messages.delete(work);
    else this.messages.set(work, messageOf(error));
    const messages = new Set(this.messages.values());
    setText(this.element, [...messages].join("; "));
    this.element.hidden = messages.size === 0;
  }
}
