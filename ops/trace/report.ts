import { parseTimestamp } from "../../contract/timestamp";
import { styled } from "../../lib/styled";
import type { Journey, LakeObject } from "./journey";

/** The journey for a terminal: a line for each place, with the time since the line's arrival. */
export function journeyText(journey: Journey): string {
  const { recordId, position, arrivedAt, stream, raw, parquet, index, quarantine, discarded } = journey;
  const { shardId, sequenceNumber, subsequenceNumber, line } = position;
  const arrivedAtMs = arrivedAt === undefined ? undefined : parseTimestamp(arrivedAt);
  const within = subsequenceNumber === 0 ? "" : `, user record ${subsequenceNumber}`;
  const original = originalOf(journey);
  const isRefused = stream.state === "refused" || quarantine.length > 0;
  const objects = (all: readonly (LakeObject & { readonly run?: string })[], absent: string): Entry[] =>
    all.length === 0
      ? [{ text: isRefused ? "no: the line was refused" : absent }]
      : all.map((one) => ({ after: afterOf(one, arrivedAtMs), text: objectText(one) }));
  const places: readonly (readonly [string, readonly Entry[]])[] = [
    ["stream", [{ ...(arrivedAt !== undefined && { after: arrivedAt }), text: streamText(journey) }]],
    ...(raw
      ? [
          [
            "raw zone",
            objects(raw, "not in the table: not delivered, or the hour is not registered yet"),
          ] as const,
        ]
      : []),
    ...(parquet ? [["Parquet", objects(parquet, "not there: no merge has had it yet")] as const] : []),
    ...(index
      ? [
          [
            "index",
            index.length === 0
              ? [
                  {
                    text: isRefused ? "no: the line was refused" : "not there: UpsertToES has not indexed it",
                  },
                ]
              : index.map((one) => ({ after: "no time is kept", text: `${one.index}/_doc/${recordId}` })),
          ] as const,
        ]
      : []),
    ...(quarantine.length > 0
      ? [
          [
            "quarantine",
            quarantine.map((one) => ({
              after: afterOf(one.object, arrivedAtMs),
              text: `${one.layer} layer: ${one.reason}: ${one.detail}\n${objectText(one.object)}`,
            })),
          ] as const,
        ]
      : []),
    ...(discarded
      ? [["discarded", [{ text: `${discarded.condition}\n${discarded.location}` }]] as const]
      : []),
  ];
  return [
    `record_id  ${recordId}`,
    `position   ${shardId}, line ${line}${within}`,
    `           sequence number ${sequenceNumber}`,
    ...(original === undefined ? [] : [`line       ${original}`]),
    "",
    ...places.flatMap(([name, entries]) =>
      entries.flatMap((entry, at) => entryLines(at === 0 ? name : "", entry)),
    ),
  ].join("\n");
}

interface Entry {
  /** Time of the step. */
  readonly after?: string;
  readonly text: string;
}

const NAME_WIDTH = 11;

function entryLines(name: string, { after, text }: Entry): string[] {
  const [first = "", ...others] = [...(after === undefined ? [] : [after]), ...text.split("\n")];
  const label = styled("bold", name.padEnd(NAME_WIDTH));
  return [`${label}${first}`, ...others.map((line) => `${" ".repeat(NAME_WIDTH)}${line}`)];
}

function streamText({ stream }: Journey): string {
  switch (stream.state) {
    case "accepted":
      return "accepted by the contract";
    case "refused":
      return `refused by the contract: ${stream.reason}: ${stream.detail}`;
    case "no such line":
      return `the record has ${stream.lines} lines, and none of this identity`;
    case "not held":
      return "the stream does not have the record: it has expired, or never was there";
  }
}

function objectText({ location, bytes, run }: LakeObject & { readonly run?: string }): string {
  const size = bytes === undefined ? " (gone)" : ` (${bytes.toLocaleString("en")} bytes)`;
  return `${location}${size}${run === undefined ? "" : `\nmerge run ${run}`}`;
}

/** How long after the arrival an object was written. S3 keeps whole seconds. */
function afterOf({ writtenAtMs }: LakeObject, arrivedAtMs: number | undefined): string {
  if (writtenAtMs === undefined) return "the object is gone";
  const at = new Date(writtenAtMs).toISOString().slice(0, 19).replace("T", " ");
  if (arrivedAtMs === undefined || Number.isNaN(arrivedAtMs)) return at;
  const seconds = Math.max(0, Math.round((writtenAtMs - arrivedAtMs) / 1_000));
  return `${at}, ${seconds < 1 ? "less than 1 s" : `${seconds.toLocaleString("en")} s`} after its arrival`;
}

/** The line's own bytes as text; as they are stored, where the stream has expired. */
function originalOf({ stream, quarantine, index }: Journey): string | undefined {
  const bytes =
    stream.state === "accepted" || stream.state === "refused" ? stream.original : quarantine[0]?.original;
  if (bytes !== undefined) return shown(Buffer.from(bytes, "base64").toString("utf8"));
  const document = index?.[0]?.document;
  return document && shown(JSON.stringify(document));
}

/** Characters of a line that a terminal gets; --json has all of it. */
const MOST_SHOWN = 2_000;

/** Text of a producer, without what would control a terminal. */
function shown(text: string): string {
  const safe = text.trimEnd().replaceAll(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return safe.length > MOST_SHOWN
    ? `${safe.slice(0, MOST_SHOWN)}… (${safe.length.toLocaleString("en")} characters)`
    : safe;
}
