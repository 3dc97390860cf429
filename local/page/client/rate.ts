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
  /** Rate before the pause. */
  private before = 20;

  public constructor() {
    const form = byId("rate", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(this.number.valueAsNumber);
    });
    this.number.addEventListener("change", () => this.send(this.number.valueAsNumber));
    this.slider.addEventListener("input", () => {
      const rate = this.rateAt(this.slider.valueAsNumber);
      this.number.value = String(rate);
      this.slider.setAttribute("aria-valuetext", `${rate} lines a second`);
    });
    this.slider.addEventListener("change", () => this.send(this.rateAt(this.slider.valueAsNumber)));
    this.pause.addEventListener("click", () => this.send(this.state?.state === "paused" ? this.before : 0));
  }

  public show(state: GeneratorState): void {
    const { linesPerSecond } = state;
    const isNew = this.state?.linesPerSecond !== linesPerSecond || this.state?.state !== state.state;
    this.state = state;
    if (!isNew) return;
    if (linesPerSecond !== undefined && linesPerSecond > 0) this.before = linesPerSecond;
    const isOver = state.state === "finished";
    for (const input of [this.slider, this.number, this.pause]) input.disabled = isOver;
    this.number.max = String(state.most);
    setText(this.pause, isOver ? "Finished" : state.state === "paused" ? "Resume" : "Pause");
    if (linesPerSecond === undefined) {
      this.number.placeholder = "no limit";
      return;
    }
    // Does not overwrite a number that the user is typing.
    if (document.activeElement !== this.number) this.number.value = String(linesPerSecond);
    if (document.activeElement !== this.slider) this.slider.value = String(this.placeOf(linesPerSecond));
    this.slider.setAttribute("aria-valuetext", `${linesPerSecond} lines a second`);
  }

  private send(linesPerSecond: number): void {
    const request: RateRequest = { linesPerSecond };
    post<GeneratorState>("/rate", request).then(
      (state) => {
        setText(this.problem, "");
        this.show(state);
      },
      (error: unknown) => setText(this.problem, messageOf(error)),
    );
  }

  private rateAt(place: number): number {
    return place === 0 ? 0 : Math.max(1, Math.round((this.state?.most ?? 1) ** (place / PLACES)));
  }

  private placeOf(rate: number): number {
    if (rate < 1) return 0;
    return Math.round((Math.log(rate) / Math.log(this.state?.most ?? 2)) * PLACES);
  }
}
