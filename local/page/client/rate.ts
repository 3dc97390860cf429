import { counted } from "../../../lib/counted";
import { messageOf } from "../../../lib/message-of";
import type { GeneratorState, RateRequest } from "../state";
import { byId, setText } from "./dom";
import { post } from "./post";

/** Slider positions, on a logarithmic scale, so that small rates have room. */
const PLACES = 100;

/** The generator's rate: shown, and set by slider, by number, or paused. */
export class RateControl {
  private readonly slider = byId("rate-slider", HTMLInputElement);
  private readonly number = byId("rate-number", HTMLInputElement);
  private readonly pause = byId("rate-pause", HTMLButtonElement);
  private readonly problem = byId("rate-problem", HTMLElement);
  private state: GeneratorState | undefined;
  /** Requests under way. */
  private sending = 0;

  public constructor() {
    const form = byId("rate", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.set(this.number.valueAsNumber);
    });
    this.number.addEventListener("change", () => this.set(this.number.valueAsNumber));
    this.slider.addEventListener("input", () => {
      const rate = this.rateAt(this.slider.valueAsNumber);
      this.number.value = String(rate);
      this.slider.setAttribute("aria-valuetext", rateText(rate));
    });
    this.slider.addEventListener("change", () => this.set(this.rateAt(this.slider.valueAsNumber)));
    this.pause.addEventListener("click", () => {
      void this.send(this.state?.state === "paused" ? { resume: true } : { linesPerSecond: 0 });
    });
    // What was typed and not accepted is no rate.
    for (const input of [this.number, this.slider])
      input.addEventListener("blur", () => {
        if (this.sending === 0) this.write();
      });
  }

  public show(state: GeneratorState): void {
    const { linesPerSecond } = state;
    const isNew = this.state?.linesPerSecond !== linesPerSecond || this.state?.state !== state.state;
    this.state = state;
    if (!isNew) return;
    const isOver = state.state === "finished";
    for (const input of [this.slider, this.number, this.pause]) input.disabled = isOver;
    this.number.max = String(state.most);
    setText(this.pause, isOver ? "Finished" : state.state === "paused" ? "Resume" : "Pause");
    this.write();
  }

  /** Writes the rate into the inputs that nobody is using. */
  private write(): void {
    const { linesPerSecond } = this.state ?? {};
    const isUsed = (input: HTMLInputElement): boolean => document.activeElement === input;
    if (linesPerSecond === undefined) this.number.placeholder = "no limit";
    if (!isUsed(this.number)) this.number.value = linesPerSecond === undefined ? "" : String(linesPerSecond);
    if (linesPerSecond === undefined || isUsed(this.slider)) return;
    this.slider.value = String(this.placeOf(linesPerSecond));
    this.slider.setAttribute("aria-valuetext", rateText(linesPerSecond));
  }

  private set(linesPerSecond: number): void {
    void this.send({ linesPerSecond });
  }

  private async send(request: RateRequest): Promise<void> {
    this.sending++;
    try {
      this.show(await post<GeneratorState>("/rate", request));
      setText(this.problem, "");
    } catch (error) {
      setText(this.problem, messageOf(error));
    } finally {
      this.sending--;
    }
    if (this.sending === 0) this.write();
  }

  private rateAt(place: number): number {
    return place === 0 ? 0 : Math.max(1, Math.round((this.state?.most ?? 1) ** (place / PLACES)));
  }

  private placeOf(rate: number): number {
    if (rate < 1) return 0;
    return Math.round((Math.log(rate) / Math.log(this.state?.most ?? 2)) * PLACES);
  }
}

function rateText(linesPerSecond: number): string {
  return `${counted(linesPerSecond, "line")} a second`;
}
