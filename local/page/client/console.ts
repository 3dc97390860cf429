import type { QueriesState, SqlAnswer, SqlRequest } from "../state";
import { byId, el, scrolling, setText } from "./dom";
import { bytes, milliseconds, whole } from "./format";
import { post, RequestError } from "./post";

/** Types whose values are aligned right. */
const NUMBERS = /^(tinyint|smallint|integer|int|bigint|double|float|real|decimal)/;

/** Form for SQL queries of the tables. */
export class SqlConsole {
  private readonly text = byId("sql-text", HTMLTextAreaElement);
  private readonly saved = byId("sql-saved", HTMLSelectElement);
  private readonly run = byId("sql-run", HTMLButtonElement);
  private readonly stop = byId("sql-stop", HTMLButtonElement);
  private readonly statistics = byId("sql-statistics", HTMLElement);
  private readonly problem = byId("sql-problem", HTMLElement);
  private readonly answer = byId("sql-answer", HTMLElement);
  private queries: QueriesState | undefined;
  private asking: AbortController | undefined;

  public constructor() {
    byId("sql-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.ask();
    });
    this.saved.addEventListener("change", () => {
      const query = this.queries?.saved.find(({ name }) => name === this.saved.value);
      if (query) this.text.value = query.sql;
    });
    this.stop.addEventListener("click", () => this.asking?.abort());
  }

  public show(queries: QueriesState): void {
    if (this.queries !== undefined) return;
    this.queries = queries;
    byId("sql", HTMLElement).hidden = false;
    const { database, workgroup, saved, mostRows, mostSeconds } = queries;
    this.saved.replaceChildren(...saved.map(({ name }) => el("option", { value: name }, name)));
    this.text.value = saved[0]?.sql ?? "";
    setText(
      byId("sql-where", HTMLElement),
      `${database}, workgroup ${workgroup}; reads only, ${whole(mostRows)} rows, ${mostSeconds} s`,
    );
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    const asking = new AbortController();
    this.asking = asking;
    this.run.disabled = true;
    this.stop.disabled = false;
    this.problem.hidden = true;
    setText(this.statistics, "running …");
    try {
      const request: SqlRequest = { sql: this.text.value };
      this.tell(await post<SqlAnswer>("/sql", request, asking.signal));
    } catch (error) {
      const state = error instanceof RequestError ? error.state : undefined;
      const message = error instanceof Error ? error.message : String(error);
      this.fail(
        asking.signal.aborted ? "CANCELLED: the query was stopped" : `${state ?? "FAILED"}: ${message}`,
      );
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
    this.answer.replaceChildren();
  }

  private tell({ columns, rows, isCut, scannedBytes, milliseconds: took }: SqlAnswer): void {
    const more = isCut ? `the first ${whole(rows.length)} rows of more` : `${whole(rows.length)} rows`;
    setText(this.statistics, `${more}, ${milliseconds(took)}, ${bytes(scannedBytes)} scanned`);
    const kinds = columns.map(({ type }) => (NUMBERS.test(type) ? "number" : "text"));
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
