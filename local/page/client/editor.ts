import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLDialect, type SQLNamespace, sql } from "@codemirror/lang-sql";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Place } from "../../../ops/query/error-position";
import type { SchemaTable } from "../inspect-state";

/**
 * Athena's SQL: reserved words of SELECT, and of the statements that the console allows.
 * https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html
 */
const ATHENA = SQLDialect.define({
  keywords:
    "all and any as asc between by case cast columns create cross cube current_date current_time current_timestamp databases desc describe distinct else end escape except exists explain extract false fetch filter first following from full group grouping having in inner intersect interval is join last lateral left like limit natural not null nulls offset on or order ordinality outer over partition partitions preceding range right rollup row rows select sets show some table tables tablesample tblproperties then true unbounded union unnest using values view views when where window with within without",
  types:
    "array bigint binary boolean char date decimal double float integer int json map real smallint string struct time timestamp tinyint varbinary varchar",
  builtin:
    "abs approx_distinct approx_percentile array_agg avg ceil coalesce concat count date_add date_diff date_format date_parse date_trunc dense_rank floor from_base64 from_unixtime greatest if json_extract json_extract_scalar lag lead least length lower max max_by min min_by nullif rank regexp_extract regexp_like replace round row_number split_part stddev strpos substr sum to_base64 to_unixtime trim try try_cast upper",
  caseInsensitiveIdentifiers: true,
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--accent)" },
  { tag: [tags.string, tags.number, tags.bool, tags.null], color: "var(--good)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

const THEME = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "130px", maxHeight: "420px" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", borderRight: "none" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--border)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-error-place": {
    textDecoration: "underline wavy var(--bad)",
    backgroundColor: "var(--bad-soft)",
  },
});

const setMark = StateEffect.define<{ readonly from: number; readonly to: number } | undefined>();
const MARK = Decoration.mark({ class: "cm-error-place" });

/** The place of the last error, until the text changes. */
const errorMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { docChanged, effects }) => {
    let next = docChanged ? Decoration.none : marks;
    for (const effect of effects) {
      if (!effect.is(setMark)) continue;
      next = effect.value
        ? Decoration.set([MARK.range(effect.value.from, effect.value.to)])
        : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Other browsers have the selection of a shadow root elsewhere, and do not need it here. */
interface ChromiumShadowRoot extends DocumentOrShadowRoot {
  getSelection?(): Selection | null;
}

/**
 * Types over a selection without the browser: Chromium carries the style of the replaced text over as a `style`
 * attribute, which the page's policy refuses with a message.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { inputType, data, isComposing } = event;
    // The editor's own selection may be older than the page's.
    const selection = (view.root as ChromiumShadowRoot).getSelection?.();
    if (inputType !== "insertText" || data === null || isComposing) return false;
    if (!selection || selection.isCollapsed) return false;
    const range = selection.getRangeAt(0);
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    const insert = view.state.toText(data);
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      userEvent: "input.type",
      scrollIntoView: true,
    });
    return true;
  },
});

/** Options of {@link SqlEditor}. */
export interface SqlEditorOptions {
  readonly text: string;
  /** Ctrl + Enter, or Cmd + Enter. */
  readonly onRun: () => void;
  /** Escape, when no completions are open. */
  readonly onLeave: () => void;
}

/** An editor of SQL. Tab leaves it, as every other control. */
export class SqlEditor {
  private readonly view: EditorView;
  private readonly language = new Compartment();

  /** @param host gets a shadow root: the editor's styles come there as a style sheet that the page's policy allows */
  public constructor(host: HTMLElement, { text, onRun, onLeave }: SqlEditorOptions) {
    const run = (): true => {
      onRun();
      return true;
    };
    this.view = new EditorView({
      doc: text,
      root: host.attachShadow({ mode: "open" }),
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Ctrl-Enter", run },
            { key: "Mod-Enter", run },
          ]),
        ),
        lineNumbers(),
        history(),
        autocompletion({ icons: false }),
        syntaxHighlighting(COLOURS),
        THEME,
        errorMark,
        typeOver,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": "Statement",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        this.language.of(languageOf([])),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        Prec.lowest(
          keymap.of([
            {
              key: "Escape",
              run: () => {
                onLeave();
                return true;
              },
            },
          ]),
        ),
      ],
    });
    host.shadowRoot?.append(this.view.dom);
  }

  public get text(): string {
    return this.view.state.doc.toString();
  }

  public set text(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  /** Completes the names of these tables and of their columns. */
  public complete(tables: readonly SchemaTable[]): void {
    this.view.dispatch({ effects: this.language.reconfigure(languageOf(tables)) });
  }

  /** Puts a text in the place of the selection, and takes the focus. */
  public insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text), { scrollIntoView: true });
    this.view.focus();
  }

  /** Marks the word at a place and puts the cursor there; without a place, removes the mark. */
  public mark(place: Place | undefined): void {
    if (place === undefined) {
      this.view.dispatch({ effects: setMark.of(undefined) });
      return;
    }
    const { doc } = this.view.state;
    const line = doc.line(Math.min(place.line, doc.lines));
    // The end of the text has no word: its last character is marked.
    const at = Math.min(line.from + place.column - 1, line.to);
    const word = this.view.state.wordAt(at);
    const from = word?.from ?? (at === line.to ? Math.max(line.from, at - 1) : at);
    const to = word?.to ?? Math.min(from + 1, line.to);
    this.view.dispatch({
      selection: { anchor: from },
      scrollIntoView: true,
      ...(to > from && { effects: setMark.of({ from, to }) }),
    });
  }
}

function languageOf(tables: readonly SchemaTable[]): Extension {
  const schema: SQLNamespace = Object.fromEntries(
    tables.map(({ name, columns }) => [
      name,
      columns.map((column) => ({ label: column.name, type: "property", detail: column.type })),
    ]),
  );
  return [
    sql({ dialect: ATHENA, schema, upperCaseKeywords: true }),
    ATHENA.language.data.of({ autocomplete: columnSource(tables) }),
  ];
}

/** Columns without a table before them: a SELECT list is written before its FROM. */
function columnSource(
  tables: readonly SchemaTable[],
): (context: CompletionContext) => CompletionResult | null {
  const columns = new Map<string, Completion>();
  for (const table of tables) {
    for (const { name, type } of table.columns)
      columns.set(name, { label: name, type: "property", detail: type });
  }
  const options = [...columns.values()];
  return (context) => {
    const word = context.matchBefore(/\w+/);
    const before = word && context.state.sliceDoc(word.from - 1, word.from);
    if (word === null || before === "." || before === '"' || before === "'") return null;
    return { from: word.from, options, validFor: /^\w*$/ };
  };
}
