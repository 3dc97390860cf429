/** One member of a JSON object: the key as parsed, the value as it was written. */
export interface JsonMember {
    readonly key: string;
    readonly rawValue: string;
}
/**
 * The top-level members of an object in the order and the spelling of its text, repeated keys included:
 * `JSON.parse` alone drops repetitions and rounds large numbers.
 * @param text an object that `JSON.parse` accepts; anything else gives a meaningless answer.
 */
export declare function topLevelMembers(text: string): JsonMember[];
