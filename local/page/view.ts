import type { PanelContract } from "../../dashboards/fields";
import { panelColumns } from "../../dashboards/rows";
import {
  barConditions,
  filterColumn,
  type LineCondition,
  panelInRange,
  readBar,
  readScope,
  type Scope,
  ScopeError,
  scopeConditions,
  selectionConditions,
} from "../../dashboards/scope";
import type { DataPanel, Layer, LinesPanel } from "../../dashboards/spec";
import type { ScopedReader } from "./layers";
import { isAborted, Queue } from "./queue";
import { HttpError } from "./server";
import type { LayerState, LinesAnswer, PanelsState, ValuesAnswer } from "./state";

/** Most lines behind a bar that are listed. */
export const MOST_LINES = 200;
/** Values that a picker offers at a time. */
const MOST_VALUES = 50;
/** Longest prefix of a value, in UTF-16 units. */
const LONGEST_PREFIX = 200;
/** Answers that are kept for pages that ask the same. */
const MOST_KEPT = 16;

type Body = Readonly<Record<string, unknown>>;

/** Options of {@link View}. */
interface ViewOptions {
  readonly contract: PanelContract;
  readonly panels: readonly DataPanel[];
  /** The layers of the stack. */
  readonly readers: readonly ScopedReader[];
  /** The last reading of a layer; undefined before the first. */
  readonly stateOf: (layer: Layer) => LayerState | undefined;
}

/** Answers panels, lines and values under a scope, each from one layer. */
export class View {
  private readonly kept = new Map<string, Promise<PanelsState>>();
  private readonly queues = new Map<Layer, Queue>();

  public constructor(private readonly options: ViewOptions) {}

  /**
   * `POST /view`: the panels of a layer under a scope. An answer is kept until the layer changes.
   * @throws HttpError for a request that cannot be answered, with what is wanted
   */
  public async panels(body: Body, signal: AbortSignal): Promise<PanelsState> {
    const { contract, panels } = this.options;
    const reader = this.reader(body["layer"]);
    const state = this.state(reader.layer);
    const scope = this.scope(body);
    const key = JSON.stringify([reader.layer, state.version, body]);
    const known = this.kept.get(key);
    if (known !== undefined) {
      try {
        return await known;
      } catch (error) {
        // Who asked first has gone.
        if (signal.aborted || !isAborted(error)) throw error;
        return this.panels(body, signal);
      }
    }
    const shown = panels.filter((panel) => this.layerOf(panel) === reader.layer);
    const asked = this.queue(reader.layer).run(signal, async () => {
      const found = await reader.panelsIn(
        shown.map((panel) => panelInRange(panel, scope.range)),
        scopeConditions(contract, scope),
        state.asOfMs,
      );
      return { layer: stateOf(state, found.version), panels: found.panels };
    });
    this.kept.set(key, asked);
    // An error, also of one panel, is no answer to others.
    const forget = (): void => void this.kept.delete(key);
    asked.then(({ panels }) => panels.some(({ error }) => error !== undefined) && forget(), forget);
    for (const old of [...this.kept.keys()].slice(0, -MOST_KEPT)) this.kept.delete(old);
    return asked;
  }

  /** `POST /lines`: the newest lines behind a bar of a panel under a scope. @throws HttpError as {@link panels} */
  public async lines(body: Body, signal: AbortSignal): Promise<LinesAnswer> {
    const { contract, panels } = this.options;
    const scope = this.scope(body);
    const { panel: asked, conditions: own } = readable(() => linesOf(panels, scope, body));
    const reader = this.reader(this.layerOf(asked));
    const state = this.state(reader.layer);
    const { eventTime, columns } = contract;
    const others = columns.map(({ field }) => field).filter((field) => field !== eventTime);
    const panel: LinesPanel = {
      id: "lines",
      title: "Lines",
      layer: reader.layer,
      chart: "table",
      fields: [eventTime, ...others, "record_id"],
      newestBy: eventTime,
      limit: MOST_LINES,
    };
    const conditions = [...readable(() => scopeConditions(contract, scope)), ...own];
    const found = await this.queue(reader.layer).run(signal, () =>
      reader.linesIn(panel, conditions, state.asOfMs),
    );
    return {
      layer: stateOf(state, found.version),
      columns: panelColumns(contract, panel),
      rows: found.rows,
      total: found.total,
    };
  }

  /**
   * `POST /values`: the most frequent values of a column that begin with a prefix, in upper or lower case, under a scope
   * without the column's own filter. @throws HttpError as {@link panels}
   */
  public async values(body: Body, signal: AbortSignal): Promise<ValuesAnswer> {
    const { contract } = this.options;
    const { field, prefix = "" } = body;
    const column = readable(() => filterColumn(contract, field));
    if (typeof prefix !== "string" || prefix.length > LONGEST_PREFIX) {
      throw new HttpError(400, `prefix must be a text of at most ${LONGEST_PREFIX} characters`);
    }
    if (column.kind === "boolean") return { values: [{ value: "true" }, { value: "false" }] };
    // Numbers are typed, not picked.
    if (column.kind !== "text") return { values: [] };
    const { range, filters = [], bars = [] } = this.scope(body);
    const scope: Scope = {
      ...(range && { range }),
      filters: filters.filter((one) => one.field !== column.field),
      bars,
    };
    const conditions: LineCondition[] = [
      ...scopeConditions(contract, scope),
      ...(prefix === "" ? [] : [{ kind: "begins-like", field: column.field, prefix } as const]),
    ];
    const [reader] = this.options.readers;
    if (reader === undefined) throw new HttpError(404, "the stack has no layer to ask");
    const state = this.state(reader.layer);
    const panel: DataPanel = {
      id: "values",
      title: "Values",
      layer: reader.layer,
      chart: "horizontal-bars",
      measures: [{ id: "lines", title: "Lines", factors: [] }],
      dimension: { kind: "values", field: column.field, limit: MOST_VALUES },
    };
    const { panels } = await this.queue(reader.layer).run(signal, () =>
      reader.panelsIn([panel], conditions, state.asOfMs),
    );
    const [{ rows, error } = { rows: [], error: undefined }] = panels;
    if (error !== undefined) throw new Error(error);
    return {
      values: rows.map((row) => ({ value: String(row[column.field]), lines: Number(row["lines"]) })),
    };
  }

  private scope(body: Body): Scope {
    const { contract, panels } = this.options;
    const { from, to, filters, bars } = body;
    return readable(() => readScope(contract, panels, { from, to, filters, bars }));
  }

  /** A layer that is alone answers everything. */
  private layerOf(panel: DataPanel): Layer {
    const { readers } = this.options;
    return (readers.find(({ layer }) => layer === panel.layer) ?? readers[0])?.layer ?? panel.layer;
  }

  private reader(layer: unknown): ScopedReader {
    const found = this.options.readers.find((one) => one.layer === layer);
    if (found !== undefined) return found;
    const layers = this.options.readers.map((one) => one.layer).join(" and ");
    throw new HttpError(400, `layer is ${JSON.stringify(layer) ?? "missing"}; this stack has ${layers}`);
  }

  private state(layer: Layer): LayerState {
    const state = this.options.stateOf(layer);
    if (state === undefined) throw new HttpError(503, `the ${layer} layer was not read yet: ask again`);
    return state;
  }

  private queue(layer: Layer): Queue {
    const queue = this.queues.get(layer) ?? new Queue();
    this.queues.set(layer, queue);
    return queue;
  }
}

/** A layer's state as of another version, whose difference to the stream is not known. */
function stateOf(state: LayerState, version: string | undefined): LayerState {
  if (version === undefined || version === state.version) return state;
  const { gap: _, ...others } = state;
  return { ...others, version };
}

/** The lines of a panel's bar, or of headline figures. @throws ScopeError for a panel that has neither */
function linesOf(
  panels: readonly DataPanel[],
  { range }: Scope,
  body: Body,
): { readonly panel: DataPanel; readonly conditions: readonly LineCondition[] } {
  const panel = panels.find(({ id }) => id === body["panel"]);
  if (panel?.chart === "headline") return { panel, conditions: selectionConditions(panel) };
  const bar = readBar(panels, range, body["panel"], body["value"]);
  return { panel: bar.panel, conditions: barConditions(bar) };
}

/** @throws HttpError for a request that the contract or the panels cannot have */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ScopeError ? new HttpError(400, error.message) : error;
  }
}
