import type { LineValues } from "../../contract/checksum";
import * as checksums from "../../contract/checksum";
import * as glue from "../../contract/glue-columns";
import * as mapping from "../../contract/index-mapping";
import { lineJudge } from "../../contract/judge";
import { growthBytes, maxLines } from "../../contract/limits";
import {
  type Line,
  RecordJudge,
  type StoredLine,
  type StreamRecord,
  type UserRecord,
} from "../../contract/lines";
import { retailTransaction } from "../../contract/retail-transaction";

/** The behaviour of the retail contract, with which most tests work. */
export const COLUMNS = retailTransaction.columns;
export const MAX_LINES = maxLines(COLUMNS);
export const GROWTH_BYTES = growthBytes(COLUMNS);

export const retailJudge = new RecordJudge(COLUMNS);
export const judgeLine = lineJudge(COLUMNS);
export const judgeRecord = (record: StreamRecord): Line[] => retailJudge.judgeRecord(record);
export const judgeUserRecord = (record: UserRecord): Line[] => retailJudge.judgeUserRecord(record);
export const storedJson = (line: StoredLine): string => retailJudge.storedJson(line);

export const glueColumns = (): glue.GlueColumn[] => glue.glueColumns(COLUMNS);
export const indexMapping = (): ReturnType<typeof mapping.indexMapping> => mapping.indexMapping(COLUMNS);
export const checksum = (values: LineValues, arrivedAt: string, extra: string | null): string =>
  checksums.checksum(COLUMNS, values, arrivedAt, extra);

/** What UpsertToES indexes by. */
export const INDEXING = { indexName: "retail", eventTime: retailTransaction.eventTime, judge: retailJudge };
