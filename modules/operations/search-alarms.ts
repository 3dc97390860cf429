import type { SearchDomain } from "../speed/search-domain";
import type { AlarmSpec } from "./alarm";
import { FIVE_MINUTES, MINUTE, searchMetrics } from "./metric";

/** Of each node's volume; below it, shards are soon not placed there any more. */
const LEAST_FREE = 0.25;
const MIB_A_GIB = 1024;

/**
 * The domain, after AWS's recommendations, with the storage of this one:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
 */
export function searchAlarms(domain: SearchDomain, accountId: string): AlarmSpec[] {
  const metric = searchMetrics(domain, accountId);
  const reported = {
    means: "nothing new",
    because: "each node reports every minute, and search-nodes speaks when none does",
  } as const;
  const onlyThen = { means: "fine", because: "it is reported only when it happens" } as const;
  const alarms: AlarmSpec[] = [
    {
      name: "search-red",
      says: "A primary shard is on no node: part of the documents can neither be found nor indexed.",
      watches: metric("ClusterStatus.red", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 1 },
      silence: reported,
    },
    {
      name: "search-yellow",
      says: "A copy of a shard is on no node: the loss of another node would lose documents.",
      watches: metric("ClusterStatus.yellow", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 1 },
      lasting: { bad: 5, of: 5 },
      silence: reported,
    },
    {
      name: "search-nodes",
      says: `Fewer than ${domain.nodes} nodes are up, masters included, or the domain reports nothing at all.`,
      watches: metric("Nodes", "Minimum", FIVE_MINUTES),
      bad: { comparison: "<", threshold: domain.nodes },
      lasting: { bad: 3, of: 3 },
      silence: { means: "bad", because: "a domain that runs reports every minute" },
    },
    {
      name: "search-storage",
      says: `A node has less than ${LEAST_FREE * 100} % of its ${domain.volumeGiB} GiB free; when it is full, writes are blocked.`,
      watches: metric("FreeStorageSpace", "Minimum", MINUTE),
      bad: { comparison: "<=", threshold: LEAST_FREE * domain.volumeGiB * MIB_A_GIB },
      silence: reported,
    },
    {
      name: "search-writes-blocked",
      says: "The domain takes no documents, for want of storage or memory.",
      watches: metric("ClusterIndexWritesBlocked", "Maximum"),
      bad: { comparison: ">=", threshold: 1 },
      silence: reported,
    },
    {
      name: "search-memory",
      says: "A node's Java heap is 95 % full for three minutes; it may run out of memory.",
      watches: metric("JVMMemoryPressure", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 95 },
      lasting: { bad: 3, of: 3 },
      silence: reported,
    },
    {
      name: "search-cpu",
      says: "A node has been at 80 % of its processor for three quarters of an hour.",
      watches: metric("CPUUtilization", "Maximum", 15 * MINUTE),
      bad: { comparison: ">=", threshold: 80 },
      lasting: { bad: 3, of: 3 },
      silence: reported,
    },
    {
      name: "search-writes-rejected",
      says: "Nodes refuse writes because too many wait already.",
      // A counter that only grows until its node starts anew.
      watches: {
        formula: "DIFF(rejected)",
        label: "Writes rejected in a minute",
        of: { rejected: metric("ThreadpoolWriteRejected", "Sum", MINUTE) },
      },
      bad: { comparison: ">=", threshold: 1 },
      silence: reported,
    },
    {
      name: "search-writes-queued",
      says: "A hundred writes wait: the domain indexes more slowly than it is sent.",
      watches: metric("ThreadpoolWriteQueue", "Average", MINUTE),
      bad: { comparison: ">=", threshold: 100 },
      lasting: { bad: 5, of: 5 },
      silence: reported,
    },
    {
      name: "search-snapshot",
      says: "The hourly snapshot failed: there is nothing recent to restore from.",
      watches: metric("AutomatedSnapshotFailure", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 1 },
      silence: reported,
    },
    {
      name: "search-key-error",
      says: "The key that encrypts the domain is disabled: the domain cannot use it.",
      watches: metric("KMSKeyError", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 1 },
      silence: onlyThen,
    },
    {
      name: "search-key-inaccessible",
      says: "The key that encrypts the domain is gone, or its grant to the domain is: the data is about to be lost.",
      watches: metric("KMSKeyInaccessible", "Maximum", MINUTE),
      bad: { comparison: ">=", threshold: 1 },
      silence: onlyThen,
    },
  ];
  if (!domain.dedicatedMasters) return alarms;
  return [
    ...alarms,
    {
      name: "search-master",
      says: "Nodes cannot reach the elected master; requests fail until another is elected.",
      watches: metric("MasterReachableFromNode", "Maximum"),
      bad: { comparison: "<", threshold: 1 },
      silence: reported,
    },
  ];
}
