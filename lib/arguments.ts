import { InvalidArgumentError } from "commander";

/** A URL on the command line. @throws InvalidArgumentError unless it begins with `http://` or `https://` */
export function httpUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("A URL such as http://127.0.0.1:9200 is wanted.");
  }
  return text;
}
