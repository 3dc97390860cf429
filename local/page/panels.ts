import { panelSql, rowsFromSql } from "../../dashboards/athena";
import { PANELS } from "../../dashboards/panels";
import type { Row } from "../../dashboards/rows";
import { panelSearch, rowsFromSearch } from "../../dashboards/search";
import type { Layer, Panel } from "../../dashboards/spec";
import type { Places } from "../../ops/reconcile/reconcile";
import type { LayerContent } from "./layers";
import type { PanelState } from "./state";

/** Asks the layers for the panels' rows, each panel again when its layer has changed. */
export class Panels {
  /** The version of the layer that each panel shows. */
  private readonly shown = new Map<string, string>();

  public constructor(
    private readonly places: Pick<Places, "sql" | "tables" | "search">,
    private readonly onPanel: (state: PanelState) => void,
    private readonly panels: readonly Panel[] = PANELS,
  ) {}

  /** One after the other: the engines have other work. @param layers as they are now */
  public async refresh(layers: readonly LayerContent[]): Promise<void> {
    for (const panel of this.panels) {
      const content = layers.find(({ layer }) => layer === this.layerOf(panel));
      if (content === undefined || this.shown.get(panel.id) === content.version) continue;
      const state = await this.ask(panel, content);
      // What failed is asked again.
      if (state.error === undefined) this.shown.set(panel.id, content.version);
      this.onPanel(state);
    }
  }

  /** Without the speed layer, the batch layer answers everything. */
  private layerOf(panel: Panel): Layer {
    return this.places.search === undefined ? "batch" : panel.layer;
  }

  private async ask(panel: Panel, { layer, source, lines, newestMs }: LayerContent): Promise<PanelState> {
    const startedAt = performance.now();
    const common = { id: panel.id, layer, source, ...(newestMs !== undefined && { newestMs }) };
    const took = (): number => Math.round(performance.now() - startedAt);
    try {
      // An index that is not there yet answers without the parts that the rows are read from.
      const rows = lines === 0 ? [] : await (layer === "speed" ? this.search(panel) : this.query(panel));
      return { ...common, rows, queryMilliseconds: took() };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...common, rows: [], queryMilliseconds: took(), error: message };
    }
  }

  private async search(panel: Panel): Promise<Row[]> {
    const { search } = this.places;
    if (search === undefined) throw new Error("the speed layer is switched off");
    const { body } = await search.client.search({ index: search.indexPattern, body: panelSearch(panel) });
    return rowsFromSearch(panel, body);
  }

  private async query(panel: Panel): Promise<Row[]> {
    const answer: Readonly<Record<string, string>>[] = [];
    await this.places.sql.query(panelSql(panel, this.places.tables.parquet), (row) => answer.push(row));
    return rowsFromSql(panel, answer);
  }
}
