import { counted } from "../../../lib/counted";
import { messageOf } from "../../../lib/message-of";
import { isNumberType } from "../../../lib/number-type";
import type { SchemaState, SqlAnswer, SqlRequest } from "../inspect-state";
import type { QueriesState } from "../state";
import { answerCsv } from "./csv";
import { byId, el, scrolling, setText } from "./dom";
import { download } from "./download";
import type { SqlEditor } from "./editor";
import { bytes, milliseconds, whole } from "./format";
import { post, RequestError } from "./post";
import { schemaList } from "./schema";
import { StatementHistory } from "./statement-history";
import { whenSeen } from "./when-seen";

/** Characters of a statement that the history shows. */
const SHOWN = 80;

/** Form for SQL queries of the tables. */
export class SqlConsole {
  private readonly section = byId("sql", HTMLElement);
  private readonly saved = byId("sql-saved", HTMLSelectElement);
  private readonly past = byId("sql-history", HTMLSelectElement);
  private readonly clear = byId("sql-history-clear", HTMLButtonElement);
  private readonly run = byId("sql-run", HTMLButtonElement);
  private readonly stop = byId("sql-stop", HTMLButtonElement);
  private readonly csv = byId("sql-csv", HTMLButtonElement);
  private readonly statistics = byId("sql-statistics", HTMLElement);
  private readonly problem = byId("sql-problem", HTMLElement);
  private readonly answer = byId("sql-answer", HTMLElement);
  private readonly history = new StatementHistory(originStorage());
  private queries: QueriesState | undefined;
  private asking: AbortController | undefined;
  private told: SqlAnswer | undefined;
  /** The editor's text before the editor is loaded. */
  private text = "";
  private editor: SqlEditor | undefined;
  private schema: SchemaState | undefined;

  public constructor() {
    byId("sql-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask();
    });
    this.saved.addEventListener("change", () => {
      const query = this.queries?.saved.find(({ name }) => name === this.saved.value);
      if (query) this.write(query.sql);
    });
    this.past.addEventListener("change", () => {
      const statement = this.history.all[Number(this.past.value)];
      if (statement !== undefined) this.write(statement);
      // The same statement may be chosen again.
      this.past.selectedIndex = 0;
    });
    this.clear.addEventListener("click", () => {
      this.history.clear();
      this.showHistory();
    });
    this.csv.addEventListener("click", () => {
      if (this.told) download("answer.csv", answerCsv(this.told), "text/csv");
    });
    this.stop.addEventListener("click", () => this.asking?.abort());
    this.showHistory();
  }

  public show(queries: QueriesState): void {
    if (this.queries !== undefined) return;
    this.queries = queries;
    this.section.hidden = false;
    const { database, workgroup, saved, mostRows, mostSeconds } = queries;
    this.saved.replaceChildren(...saved.map(({ name }) => el("option", { value: name }, name)));
    this.write(saved[0]?.sql ?? "");
    setText(
      byId("sql-where", HTMLElement),
      `${database}, workgroup ${workgroup}; reads only, ${whole(mostRows)} rows, ${mostSeconds} s`,
    );
    whenSeen(this.section, () => {
      this.loadEditor().catch((error: unknown) => this.fail(messageOf(error)));
      this.loadSchema().catch((error: unknown) =>
        byId("sql-schema", HTMLElement).replaceChildren(el("p", { class: "problem" }, messageOf(error))),
      );
    });
  }

  /** The editor is larger than the page, and loaded only where somebody looks at it. */
  private async loadEditor(): Promise<void> {
    const { SqlEditor } = await import("./editor");
    this.editor = new SqlEditor(byId("sql-text", HTMLElement), {
      text: this.text,
      onRun: () => void this.ask(),
      onLeave: () => this.run.focus(),
    });
    if (this.schema) this.editor.complete(this.schema.tables);
  }

  private async loadSchema(): Promise<void> {
    this.schema = await post<SchemaState>("/schema", {});
    const { tables } = this.schema;
    this.editor?.complete(tables);
    byId("sql-schema", HTMLElement).replaceChildren(
      ...schemaList(tables, (name) => this.editor?.insert(name)),
    );
  }

  private write(sql: string): void {
    this.text = sql;
    if (this.editor) this.editor.text = sql;
  }

  private showHistory(): void {
    const { all, isKept } = this.history;
    const where = isKept ? "" : ", until the page is closed";
    this.past.replaceChildren(
      el("option", { value: "" }, `${counted(all.length, "statement")}${where}`),
      ...all.map((statement, at) =>
        el("option", { value: at }, statement.replaceAll(/\s+/g, " ").trim().slice(0, SHOWN)),
      ),
    );
    this.past.disabled = all.length === 0;
    this.clear.disabled = all.length === 0;
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    const asking = new AbortController();
    this.asking = asking;
    const sql = this.editor?.text ?? this.text;
    this.run.disabled = true;
    this.stop.disabled = false;
    this.problem.hidden = true;
    this.editor?.mark(undefined);
    setText(this.statistics, "running …");
    if (sql.trim() !== "") this.history.add(sql);
    this.showHistory();
    try {
      const request: SqlRequest = { sql };
      this.tell(await post<SqlAnswer>("/sql", request, asking.signal));
    } catch (error) {
      const { state = "FAILED", place } = error instanceof RequestError ? error.failure : {};
      const message = messageOf(error);
      const where = place && `\nline ${place.line}, column ${place.column}`;
      this.fail(
        asking.signal.aborted ? "CANCELLED: the query was stopped" : `${state}: ${message}${where ?? ""}`,
      );
      // Of a text that was changed meanwhile, the place is another one.
      if (place && this.editor?.text === sql) this.editor.mark(place);
    } finally {
      this.asking = undefined;
      this.run.disabled = false;
      this.stop.disabled = true;
    }
  }

  private fail(message: string): void {
    setText(this.problem, message);
    this.problem.hidden = false;
    setText(this.statistics, "");
    this.told = undefined;
    this.csv.disabled = true;
    this.answer.replaceChildren();
  }

  private tell(told: SqlAnswer): void {
    const { columns, rows, isCut, scannedBytes, milliseconds: took } = told;
    this.told = told;
    this.csv.disabled = false;
    setText(this.csv, isCut ? `CSV of these ${whole(rows.length)} rows` : "CSV");
    const more = isCut ? `the first ${whole(rows.length)} rows of more` : counted(rows.length, "row");
    setText(this.statistics, `${more}, ${milliseconds(took)}, ${bytes(scannedBytes)} scanned`);
    const kinds = columns.map(({ type }) => (isNumberType(type) ? "number" : "text"));
    const head = columns.map(({ name, type }, at) =>
      el("th", { scope: "col", class: kinds[at], title: type }, name),
    );
    const body = rows.map((cells) =>
      el(
        "tr",
        {},
        ...cells.map((cell, at) =>
          cell === null
            ? el("td", { class: `${kinds[at]} null` }, "null")
            : el("td", { class: kinds[at] ?? "text" }, cell),
        ),
      ),
    );
    const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
    this.answer.replaceChildren(scrolling("Answer", table));
  }
}

/** The storage of the page's origin; undefined where the browser's settings forbid it. */
function originStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
