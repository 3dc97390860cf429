/**
 * The list of what is not honoured, shortened for reading: properties of one resource type that share a
 * reason stand on one line. Lines that are no property stay as they are.
 */
export function summarizeNotHonoured(notHonoured: readonly string[]): string[] {
  const groups = new Map<
    string,
    { type: string; reason: string; properties: Set<string>; addresses: Set<string> }
  >();
  const summary: string[] = [];
  for (const line of notHonoured) {
    const [, type, name, property, reason] = /^(aws_\w+)\.([^.\s]+)\.([^:\s]+): (.+)$/.exec(line) ?? [];
    if (type === undefined || name === undefined || property === undefined || reason === undefined) {
      summary.push(line);
      continue;
    }
    const key = `${type} ${reason}`;
    const group = groups.get(key) ?? { type, reason, properties: new Set(), addresses: new Set() };
    group.properties.add(property);
    group.addresses.add(name);
    groups.set(key, group);
  }
  for (const { type, reason, properties, addresses } of groups.values()) {
    summary.push(`${type} (${[...addresses].join(", ")}) ${[...properties].join(", ")}: ${reason}`);
  }
  return summary;
}
