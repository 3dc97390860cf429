import type { LiveState, ReconciliationState } from "../state";
import { el, setText } from "./dom";
import { clock, rate, seconds, whole } from "./format";

type Tone = "good" | "bad" | "none";

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

/** What a person wants to know first. */
export class Summary {
  private readonly tiles: ReadonlyMap<TileId, Tile>;

  public constructor(parent: HTMLElement) {
    const ids = Object.keys(TITLES) as TileId[];
    this.tiles = new Map(ids.map((id) => [id, makeTile(id)]));
    parent.replaceChildren(...[...this.tiles.values()].map(({ element }) => element));
    this.set("verdict", "comparing …", "");
  }

  public show({ generator, layers, parts }: LiveState): void {
    const perSecond = parts.find(({ id }) => id === "generator")?.out?.perSecond ?? 0;
    this.set("sent", whole(generator.acknowledged), `lines, ${rate(perSecond)} a second`);
    for (const id of ["speed", "batch"] as const) {
      const layer = layers.find((one) => one.layer === id);
      const behind = layer?.behindSeconds;
      this.set(
        id,
        layer === undefined ? "–" : `${whole(layer.lines)} lines`,
        behind === undefined ? "" : `${seconds(behind)} behind the stream`,
      );
    }
    const quarantined = parts.flatMap(({ facts }) =>
      facts.filter(({ label }) => label === "quarantined").map(({ value }) => value),
    );
    const most = Math.max(0, ...quarantined);
    this.set("quarantine", whole(most), "lines refused", most > 0 ? "bad" : "none");
  }

  public verdict({ hours, error }: ReconciliationState): void {
    const [newest] = hours.filter(({ stream }) => stream > 0);
    if (error !== undefined) this.set("verdict", "Not compared", error, "bad");
    if (error !== undefined || newest === undefined) return;
    const lines = hours.reduce((sum, { stream }) => sum + stream, 0);
    const faulty = hours.reduce(
      (sum, { faults }) => sum + faults.reduce((all, one) => all + one.lines, 0),
      0,
    );
    if (hours.every(({ agree }) => agree)) {
      this.set("verdict", "✓ All agree", `${whole(lines)} lines, up to ${clock(newest.toMs)}`, "good");
    } else this.set("verdict", "✕ Disagree", `${whole(faulty)} lines of ${whole(lines)}`, "bad");
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
