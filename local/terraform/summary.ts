/**
 * The list of what is not honoured, shortened for reading: a line for each reason, with the properties that
 * share it by resource type. Lines that are about no single property stay as they are.
 */
export function summarizeNotHonoured(notHonoured: readonly string[]): string[] {
  const groups: string[] = [];
  const byReason = new Map<string, Map<string, Set<string>>>();
  for (const line of notHonoured) {
    const [, type, property, reason] = /^(aws_\w+)\.[^.\s]+\.([^:\s]+): (.+)$/.exec(line) ?? [];
    if (type === undefined || property === undefined || reason === undefined) {
      groups.push(line);
      continue;
    }
    const byType = byReason.get(reason) ?? new Map<string, Set<string>>();
    byReason.set(reason, byType.set(type, (byType.get(type) ?? new Set()).add(property)));
  }
  for (const [reason, byType] of byReason) {
    const properties = [...byType].map(([type, names]) => `${type} ${[...names].join(", ")}`);
    groups.push(`${reason}: ${properties.join("; ")}`);
  }
  return groups;
}
