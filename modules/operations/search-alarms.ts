import { product } from "../arithmetic";
import type { SearchDomain } from "../speed/search-domain";
import type { AlarmSpec } from "./alarm";
import { FIVE_MINUTES, MINUTE, searchMetrics } from "./metric";

/** Share of each node's volume; below it, soon no more shards are allocated to the node. */
const LEAST_FREE = 0.25;
const MIB_A_GIB = 1024;

/**
 * Alarms of the domain, as AWS recommends, with this domain's storage:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
 */
export function searchAlarms(domain: SearchDomain, accountId: string): AlarmSpec[] {
  const metric = searchMetrics(domain, accountId);
  const reported = {
    treatMissingData: "ignore",
    missingDataReason: "each node reports every minute, and search-nodes covers their silence",
  } as const;
  const onlyThen = {
    treatMissingData: "notBreaching",
    missingDataReason: "it is reported only when it happens",
  } as const;
  // On one node the status is yellow for ever: index state management keeps indices of its own with a replica.
  const ofReplicas: AlarmSpec[] =
    domain.replicas === 0
      ? []
      : [
          {
            name: "search-yellow",
            description:
              "A replica is on no node: losing another node would lose documents. See which shard, and why it is not allocated.",
            metric: metric("ClusterStatus.yellow", "Maximum", MINUTE),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            datapointsToAlarm: 5,
            evaluationPeriods: 5,
            ...reported,
          },
        ];
  const alarms: AlarmSpec[] = [
    {
      name: "search-red",
      description:
        "A primary shard is on no node: part of the documents can neither be searched nor indexed. Indexing waits in the stream.",
      metric: metric("ClusterStatus.red", "Maximum", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...reported,
    },
    ...ofReplicas,
    {
      name: "search-nodes",
      description: `Fewer than ${domain.nodes} nodes are up, masters included, or the domain reports nothing: capacity and replicas are missing.`,
      metric: metric("Nodes", "Minimum", FIVE_MINUTES),
      comparisonOperator: "LessThanThreshold",
      threshold: domain.nodes,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "breaching",
      missingDataReason: "a domain that runs reports every minute",
    },
    {
      name: "search-storage",
      description: `A node has less than ${LEAST_FREE * 100} % of its ${domain.volumeGiB} GiB free; when it is full, writes are blocked.`,
      metric: metric("FreeStorageSpace", "Minimum", MINUTE),
      comparisonOperator: "LessThanOrEqualToThreshold",
      threshold: product(LEAST_FREE, domain.volumeGiB, MIB_A_GIB),
      ...reported,
    },
    {
      name: "search-writes-blocked",
      description:
        "The domain blocks writes, because storage or memory is short: records wait in the stream. Add storage, or delete an old index.",
      metric: metric("ClusterIndexWritesBlocked", "Maximum"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...reported,
    },
    {
      name: "search-memory",
      description:
        "A node's Java heap has been 95 % full for 3 minutes: it may run out of memory and leave. Choose a larger instance type.",
      metric: metric("JVMMemoryPressure", "Maximum", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 95,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      ...reported,
    },
    {
      name: "search-cpu",
      description:
        "A node has used 80 % of its processor for 45 minutes: searches and indexing become slow. Choose a larger instance type.",
      metric: metric("CPUUtilization", "Maximum", 15 * MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 80,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      ...reported,
    },
    {
      name: "search-writes-rejected",
      description:
        "Nodes reject writes because too many are queued: UpsertToES retries, and records wait in the stream.",
      // A counter that only grows until its node restarts.
      metric: {
        expression: "DIFF(rejected)",
        label: "Writes rejected in a minute",
        metrics: { rejected: metric("ThreadpoolWriteRejected", "Sum", MINUTE) },
      },
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...reported,
    },
    {
      name: "search-writes-queued",
      description: "A hundred writes are queued: the domain indexes more slowly than records arrive.",
      metric: metric("ThreadpoolWriteQueue", "Average", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 100,
      datapointsToAlarm: 5,
      evaluationPeriods: 5,
      ...reported,
    },
    {
      name: "search-snapshot",
      description:
        "The hourly snapshot failed: there is nothing recent to restore from. AWS support can tell why.",
      metric: metric("AutomatedSnapshotFailure", "Maximum", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...reported,
    },
    {
      name: "search-key-error",
      description:
        "The key that encrypts the domain is disabled: the domain cannot read its data. Enable the key.",
      metric: metric("KMSKeyError", "Maximum", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...onlyThen,
    },
    {
      name: "search-key-inaccessible",
      description:
        "The key that encrypts the domain, or its grant, is gone: the data is about to be lost. Cancel the key's deletion now.",
      metric: metric("KMSKeyInaccessible", "Maximum", MINUTE),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      ...onlyThen,
    },
  ];
  if (!domain.dedicatedMasters) return alarms;
  return [
    ...alarms,
    {
      name: "search-master",
      description: "Nodes cannot reach the elected master: requests fail until another is elected.",
      metric: metric("MasterReachableFromNode", "Maximum"),
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      ...reported,
    },
  ];
}
