/** Width of most terminals, without the indent. */
const WIDTH = 96;

/**
 * Shortens the list of properties that are not honoured: each reason, and below it, indented and wrapped, the
 * resources and properties with that reason. A line without a reason is unchanged.
 */
export function summarizeNotHonoured(notHonoured: readonly string[]): string[] {
  const { whole, byReason } = groupNotHonoured(notHonoured);
  for (const [reason, { kinds, byType }] of byReason) {
    const properties = [...byType].map(([type, names]) => `${type} ${[...names].join(", ")}`);
    whole.push(`${reason}:`, ...wrap([...kinds, ...properties].join("; ")).map((line) => `    ${line}`));
  }
  return whole;
}

/** Number of entries in that list: properties of a type, types of resources, and lines without a reason. */
export function countNotHonoured(notHonoured: readonly string[]): number {
  const { whole, byReason } = groupNotHonoured(notHonoured);
  const grouped = [...byReason.values()].flatMap(({ kinds, byType }) => [
    kinds.length,
    ...[...byType.values()].map(({ size }) => size),
  ]);
  return grouped.reduce((sum, count) => sum + count, whole.length);
}

interface Group {
  readonly kinds: string[];
  /** Properties by type of resource. */
  readonly byType: Map<string, Set<string>>;
}

function groupNotHonoured(notHonoured: readonly string[]): {
  /** Lines without a reason. */
  readonly whole: string[];
  readonly byReason: ReadonlyMap<string, Group>;
} {
  const whole: string[] = [];
  const byReason = new Map<string, Group>();
  const of = (reason: string) => {
    const group = byReason.get(reason) ?? { kinds: [], byType: new Map<string, Set<string>>() };
    byReason.set(reason, group);
    return group;
  };
  for (const line of notHonoured) {
    const [, type, property, reason] = /^(aws_\w+)\.[^.\s]+\.([^:\s]+): (.+)$/.exec(line) ?? [];
    const [, kind, common] = /^([^:]+ \([^:]+\)): (.+)$/.exec(line) ?? [];
    if (type !== undefined && property !== undefined && reason !== undefined) {
      const { byType } = of(reason);
      byType.set(type, (byType.get(type) ?? new Set()).add(property));
    } else if (kind !== undefined && common !== undefined) {
      of(common).kinds.push(kind);
    } else {
      whole.push(line);
    }
  }
  return { whole, byReason };
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
