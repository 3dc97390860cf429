import { InvalidArgumentError } from "commander";

/** A URL on the command line. @throws InvalidArgumentError unless it begins with `http://` or `https://` */
export function httpUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("A URL such as http://127.0.0.1:9200 is wanted.");
  }
  return text;
}

/** A parser of numbers from `min` to `max`. It throws InvalidArgumentError for anything else. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return parser(min, max, "A number", () => true);
}

/** A parser of whole numbers from `min` to `max`. It throws InvalidArgumentError for anything else. */
export function integerBetween(min: number, max: number): (text: string) => number {
  return parser(min, max, "A whole number", Number.isInteger);
}

function parser(
  min: number,
  max: number,
  wanted: string,
  fits: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min && value <= max) || !fits(value)) {
      throw new InvalidArgumentError(`${wanted} from ${min} to ${max} is wanted.`);
    }
    return value;
  };
}

/** A parser of texts. It throws InvalidArgumentError for a text that does not match, naming what is wanted. */
export function textLike(pattern: RegExp, wanted: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`${wanted} is wanted.`);
    return text;
  };
}
