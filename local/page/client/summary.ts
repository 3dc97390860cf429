import { counted } from "../../../lib/counted";
import type { LayerState, LiveState, ReconciliationState } from "../state";
import { el, setText } from "./dom";
import { clock, whole } from "./format";
import { asOf, gapText, layerTone, sentText, type Tone, verdictOf } from "./words";

interface Tile {
  readonly element: HTMLElement;
  readonly value: HTMLElement;
  readonly remark: HTMLElement;
}

const TITLES = {
  verdict: "Layers",
  sent: "Sent",
  speed: "Speed layer",
  batch: "Batch layer",
  quarantine: "Quarantine",
} as const;
type TileId = keyof typeof TITLES;

/** Summary at the top of the page. */
export class Summary {
  private readonly tiles: ReadonlyMap<TileId, Tile>;
  private reconciliation: ReconciliationState | undefined;
  private live: LiveState | undefined;

  public constructor(parent: HTMLElement) {
    const ids = Object.keys(TITLES) as TileId[];
    this.tiles = new Map(ids.map((id) => [id, makeTile(id)]));
    parent.replaceChildren(...[...this.tiles.values()].map(({ element }) => element));
    for (const id of ids) this.set(id, id === "verdict" ? "Not yet compared" : "–", "");
  }

  public show(live: LiveState): void {
    this.live = live;
    const { generator, layers, parts, quarantine, nowMs } = live;
    const perSecond = parts.find(({ id }) => id === "generator")?.out?.perSecond;
    this.set("sent", whole(generator.acknowledged), sentText(generator, perSecond));
    for (const id of ["speed", "batch"] as const) {
      const layer = layers.find((one) => one.layer === id);
      this.layer(id, layer, live);
    }
    const lines = quarantine?.lines ?? 0;
    this.set(
      "quarantine",
      quarantine === undefined ? "–" : whole(lines),
      quarantine === undefined
        ? "not read yet"
        : `${lines === 1 ? "line" : "lines"} refused, ${asOf(quarantine.asOfMs, nowMs)}`,
      lines > 0 ? "bad" : "none",
    );
    this.showVerdict(live);
  }

  public verdict(state: ReconciliationState): void {
    this.reconciliation = state;
    if (this.live) this.showVerdict(this.live);
  }

  /** The run is no longer live. @param sinceMs time of every figure */
  public stop(sinceMs: number): void {
    const sent = this.tiles.get("sent");
    if (sent) setText(sent.remark, `lines, as of ${clock(sinceMs)}`);
    for (const { element } of this.tiles.values()) element.dataset["tone"] = "none";
  }

  private layer(id: "speed" | "batch", layer: LayerState | undefined, live: LiveState): void {
    if (!live.parts.some(({ lane }) => lane === id)) this.set(id, "–", "not in this stack");
    else if (layer === undefined) this.set(id, "–", "not read yet");
    else this.set(id, counted(layer.lines, "line"), gapText(layer, live.nowMs), layerTone(layer, live));
  }

  private showVerdict(live: LiveState): void {
    const { value, remark, tone } = verdictOf(this.reconciliation, live);
    this.set("verdict", value, remark, tone);
  }

  private set(id: TileId, value: string, remark: string, tone: Tone = "none"): void {
    const tile = this.tiles.get(id);
    if (tile === undefined) return;
    setText(tile.value, value);
    setText(tile.remark, remark);
    tile.element.dataset["tone"] = tone;
  }
}

function makeTile(id: TileId): Tile {
  const value = el("p", { class: "value" });
  const remark = el("p", { class: "muted remark" });
  return {
    value,
    remark,
    element: el("div", { class: "card tile", id: `tile-${id}` }, el("h2", {}, TITLES[id]), value, remark),
  };
}
