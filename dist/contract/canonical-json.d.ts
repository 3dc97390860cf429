/** Deepest nesting of an unknown column. JSON parsers in Java recurse, or stop at 1,000 levels. */
export declare const MAX_DEPTH = 64;
/** Longest key, in characters. Jackson, the parser of Athena's `json_extract`, stops at 50,000. */
export declare const MAX_KEY_CHARACTERS = 1024;
/** Longest number of an unknown column, in characters; it is stored as written. Jackson stops at 1,000 digits. */
export declare const MAX_NUMBER_CHARACTERS = 500;
/** Reason to refuse a value that is JSON: it is ambiguous, or one of the engines cannot read it. */
export interface ValueFault {
    readonly reason: "ambiguous_key" | "out_of_range";
    readonly detail: string;
}
/**
 * The canonical text of a value: keys in the order of their UTF-16 code units at every depth, no blanks, strings as
 * `JSON.stringify` writes them, numbers exactly as they were written. Two canonical texts are equal if and only if
 * their values are equal, numbers compared as written. The result is never longer than `text`, in characters or in
 * UTF-8 bytes.
 * @param text a value that `JSON.parse` accepts
 * @returns the text, or the reason to refuse the value: a key that its object repeats (it is ambiguous), or nesting,
 * keys or numbers beyond the limits of the engines' parsers
 */
export declare function canonicalJson(text: string): string | ValueFault;
/** The text of an object whose members' values are canonical texts. */
export declare function objectText(members: ReadonlyMap<string, string>): string;
/** The fault of a key that is too long. */
export declare function longKey(key: string): ValueFault;
