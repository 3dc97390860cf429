import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Text in a colour or style: only where `stream` is a terminal with colours, or as NO_COLOR and FORCE_COLOR say. */
export function styled(format: Format, text: string, stream: NodeJS.WritableStream = process.stdout): string {
  return styleText(format, text, { stream });
}
