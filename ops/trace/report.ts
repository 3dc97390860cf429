import { parseTimestamp } from "../../contract/timestamp";
import { counted } from "../../lib/counted";
import { styled } from "../../lib/styled";
import type { Journey, LakeObject } from "./journey";
import type { JourneyEntry, JourneyStep } from "./step";

/** What is said of a line that no place has. */
export const NOT_FOUND = "no place has a line of this identity";

/** The journey for a terminal: a line for each place, with the time since the line's arrival. */
export function journeyText(journey: Journey): string {
  const { recordId, position } = journey;
  const { shardId, sequenceNumber, subsequenceNumber, line } = position;
  const within = subsequenceNumber === 0 ? "" : `, user record ${subsequenceNumber}`;
  const original = originalOf(journey);
  return [
    `record_id  ${recordId}`,
    `position   ${shardId}, line ${line}${within}`,
    `           sequence number ${sequenceNumber}`,
    ...(original === undefined ? [] : [`line       ${original}`]),
    "",
    ...journeySteps(journey).flatMap(({ place, entries }) =>
      entries.flatMap((entry, at) => entryLines(at === 0 ? place : "", entry)),
    ),
  ].join("\n");
}

/** The journey place by place, in the order of the data: what each has of the line, since when, or why it has nothing. */
export function journeySteps(journey: Journey): JourneyStep[] {
  const { recordId, arrivedAt, raw, parquet, index, quarantine, discarded } = journey;
  const isRefused = journey.stream.state === "refused" || quarantine.length > 0;
  const missing = (why: string): JourneyEntry[] => [{ text: isRefused ? "no: the line was refused" : why }];
  const arrivedAtMs = arrivedAt === undefined ? undefined : parseTimestamp(arrivedAt);
  const objectEntry = (one: Written, since: readonly LakeObject[] = []): JourneyEntry => {
    return { time: timeOf(one, arrivedAtMs, since), text: objectText(one) };
  };
  const steps: JourneyStep[] = [
    {
      place: "stream",
      entries: [{ ...(arrivedAt !== undefined && { time: arrivedAt }), text: streamText(journey) }],
    },
  ];
  if (raw) {
    const why = "not in the table: not delivered, or the hour is not registered yet";
    const entries = raw.length === 0 ? missing(why) : raw.map((one) => objectEntry(one));
    steps.push({ place: "raw zone", entries });
  }
  if (parquet) {
    const why = "not there: no merge has had it yet";
    const entries = parquet.length === 0 ? missing(why) : parquet.map((one) => objectEntry(one, raw));
    steps.push({ place: "Parquet", entries });
  }
  if (index) {
    const why = "not there: UpsertToES has not indexed it";
    const entries =
      index.length === 0
        ? missing(why)
        : index.map((one) => ({ time: "no time is kept", text: `${one.index}/_doc/${recordId}` }));
    steps.push({ place: "index", entries });
  }
  if (isRefused) {
    const entries = quarantine.map(({ layer, reason, detail, object }) => {
      const { text, ...time } = objectEntry(object);
      return { ...time, text: `${layer} layer: ${reason}: ${detail}\n${text}` };
    });
    const why = "not there: no layer has refused it yet, or the object is gone";
    steps.push({ place: "quarantine", entries: entries.length === 0 ? [{ text: why }] : entries });
  }
  if (discarded) {
    const { condition, location } = discarded;
    steps.push({ place: "discarded", entries: [{ text: `${condition}\n${location}` }] });
  }
  return steps;
}

const NAME_WIDTH = 11;

function entryLines(name: string, { time, text }: JourneyEntry): string[] {
  const [first = "", ...others] = [...(time === undefined ? [] : [time]), ...text.split("\n")];
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
      return `the record has ${counted(stream.lines, "line")}, and none of this identity`;
    case "not held":
      return "the stream does not have the record: it has expired, or never was there";
  }
}

/** An object, and if it is a Parquet file the merge's run. */
type Written = LakeObject & { readonly run?: string };

function objectText({ location, bytes, run }: Written): string {
  const size = bytes === undefined ? " (gone)" : ` (${bytes.toLocaleString("en")} bytes)`;
  return `${location}${size}${run === undefined ? "" : `\nmerge run ${run}`}`;
}

/** When an object was written, how long after the arrival, and after the newest of the objects that it was made of. */
function timeOf(
  { writtenAtMs }: LakeObject,
  arrivedAtMs: number | undefined,
  since: readonly LakeObject[],
): string {
  if (writtenAtMs === undefined) return "the object is gone";
  const at = new Date(writtenAtMs).toISOString().slice(0, 19).replace("T", " ");
  if (arrivedAtMs === undefined || Number.isNaN(arrivedAtMs)) return at;
  // A replay writes raw objects after the merge.
  const sources = since.flatMap((one) => one.writtenAtMs ?? []).filter((ms) => ms <= writtenAtMs);
  const own = `${at}, ${durationText(writtenAtMs - arrivedAtMs)} after its arrival`;
  return sources.length === 0
    ? own
    : `${own}, ${durationText(writtenAtMs - Math.max(...sources))} after the raw object`;
}

/** S3 keeps whole seconds, so that an object may seem to be older than its lines. */
function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 1 ? "less than 1 s" : `${seconds.toLocaleString("en")} s`;
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
