/** Statements that are kept, the newest first. */
const MOST = 50;
const KEY = "retail-bi.statements";

/** The statements that were run, kept in this browser for this page's origin. */
export class StatementHistory {
  private statements: readonly string[];

  /** @param storage undefined where the browser has none for this page: statements are then kept until it is closed */
  public constructor(private readonly storage: Storage | undefined) {
    this.statements = read(storage?.getItem(KEY) ?? null);
  }

  public get all(): readonly string[] {
    return this.statements;
  }

  /** Whether statements are there when the page is opened again. */
  public get isKept(): boolean {
    return this.storage !== undefined;
  }

  /** Adds a statement as the newest; it is kept once. */
  public add(statement: string): void {
    this.statements = [statement, ...this.statements.filter((one) => one !== statement)].slice(0, MOST);
    this.storage?.setItem(KEY, JSON.stringify(this.statements));
  }

  public clear(): void {
    this.statements = [];
    this.storage?.removeItem(KEY);
  }
}

/** Another program of the same origin may have written something else: it is no history. */
function read(text: string | null): readonly string[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    const isHistory = Array.isArray(value) && value.every((one) => typeof one === "string");
    return isHistory ? value.slice(0, MOST) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
