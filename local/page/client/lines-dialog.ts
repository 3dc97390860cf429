import type { ScopeRequest } from "../../../dashboards/scope";
import type { DataPanel } from "../../../dashboards/spec";
import { counted } from "../../../lib/counted";
import { messageOf } from "../../../lib/message-of";
import type { LinesAnswer, LinesRequest } from "../state";
import { csvText } from "./csv";
import { byId, el, setText } from "./dom";
import { download } from "./download";
import { whole } from "./format";
import { post } from "./post";
import { RowsTable } from "./tables";
import { asOf } from "./words";

/** Shows the lines behind a bar. */
export class LinesDialog {
  private readonly dialog = byId("lines", HTMLDialogElement);
  private readonly title = byId("lines-title", HTMLElement);
  private readonly remark = byId("lines-remark", HTMLElement);
  private readonly csv = byId("lines-csv", HTMLButtonElement);
  private readonly body = byId("lines-body", HTMLElement);
  private asking: AbortController | undefined;
  private answer: LinesAnswer | undefined;

  public constructor() {
    byId("lines-close", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.asking?.abort());
    this.csv.addEventListener("click", () => this.save());
  }

  public async open(panel: DataPanel, value: string, scope: ScopeRequest): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.answer = undefined;
    this.csv.disabled = true;
    const bar = "dimension" in panel ? `: ${value === "" ? "none" : value}` : "";
    setText(this.title, `${panel.title}${bar}`);
    setText(this.remark, "asking …");
    this.body.replaceChildren();
    this.dialog.showModal();
    try {
      const request: LinesRequest = { ...scope, panel: panel.id, value };
      this.show(await post<LinesAnswer>("/lines", request, asking.signal));
    } catch (error) {
      if (asking.signal.aborted) return;
      setText(this.remark, "");
      this.body.replaceChildren(el("p", { class: "problem", role: "alert" }, messageOf(error)));
    }
  }

  private show(answer: LinesAnswer): void {
    const { columns, rows, total, layer } = answer;
    this.answer = answer;
    this.csv.disabled = rows.length === 0;
    const count =
      rows.length === total
        ? counted(total, "line")
        : `the newest ${whole(rows.length)} of ${whole(total)} lines`;
    setText(this.remark, `${count}, ${layer.layer} layer, ${asOf(layer.asOfMs, layer.asOfMs)}`);
    const table = new RowsTable({ title: "Lines", columns });
    table.show(rows);
    this.body.replaceChildren(table.element);
  }

  private save(): void {
    if (this.answer === undefined) return;
    const { columns, rows } = this.answer;
    const cells = rows.map((row) => columns.map(({ id }) => row[id] ?? ""));
    download(
      "lines.csv",
      csvText(
        columns.map(({ title }) => title),
        cells,
      ),
      "text/csv",
    );
  }
}
