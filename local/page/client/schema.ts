import { counted } from "../../../lib/counted";
import type { SchemaColumn, SchemaTable } from "../inspect-state";
import { el } from "./dom";

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** The tables with their columns. @param insert called with the SQL of a name that was chosen */
export function schemaList(
  tables: readonly SchemaTable[],
  insert: (sql: string) => void,
): HTMLDetailsElement[] {
  const nameButton = (name: string): HTMLButtonElement => {
    const button = el("button", { type: "button", title: `Insert ${name}` }, name);
    button.addEventListener("click", () =>
      insert(PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`),
    );
    return button;
  };
  const columnItem = ({ name, type, comment, isPartitionKey }: SchemaColumn): HTMLLIElement =>
    el(
      "li",
      {},
      nameButton(name),
      el("span", {}, ` ${type}`),
      ...(isPartitionKey ? [el("span", { class: "badge" }, "partition key")] : []),
      ...(comment === "" ? [] : [el("p", { class: "muted" }, comment)]),
    );
  return tables.map(({ name, comment, columns }) =>
    el(
      "details",
      { "data-table": name },
      el("summary", {}, `${name}, ${counted(columns.length, "column")}`),
      nameButton(name),
      ...(comment === "" ? [] : [el("p", { class: "muted" }, comment)]),
      el("ul", {}, ...columns.map(columnItem)),
    ),
  );
}
