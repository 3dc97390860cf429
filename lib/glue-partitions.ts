import {
  BatchGetPartitionCommand,
  EntityNotFoundException,
  GetPartitionCommand,
  type GlueClient,
  type Partition,
} from "@aws-sdk/client-glue";
import { chunks, given } from "./given";

/** Limit of partitions in one BatchGetPartition call. */
const GET_AT_ONCE = 1000;

/** The existing partitions of a table among those with these values. */
export async function partitionsOf(
  client: GlueClient,
  table: { readonly database: string; readonly name: string },
  values: readonly (readonly string[])[],
): Promise<Partition[]> {
  const name = { DatabaseName: table.database, TableName: table.name };
  const found: Partition[] = [];
  for (const part of chunks(values, GET_AT_ONCE)) {
    const { Partitions = [], UnprocessedKeys = [] } = await client.send(
      new BatchGetPartitionCommand({
        ...name,
        PartitionsToGet: part.map((value) => ({ Values: [...value] })),
      }),
    );
    for (const partition of Partitions) found.push(partition);
    // Glue does not say whether an unprocessed key exists. An existing partition must not be taken for absent.
    for (const { Values } of UnprocessedKeys) {
      try {
        const { Partition: one } = await client.send(
          new GetPartitionCommand({ ...name, PartitionValues: given(Values, "Values") }),
        );
        if (one) found.push(one);
      } catch (error) {
        if (!(error instanceof EntityNotFoundException)) throw error;
      }
    }
  }
  return found;
}
