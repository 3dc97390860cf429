/**
 * Pseudo-random numbers that depend on the seed alone: xoshiro128** by D. Blackman and S. Vigna, its state filled
 * by SplitMix32. Good enough to imitate, useless for secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param stream tells generators of one seed apart, so that drawing from one does not move the other. */
  public constructor(seed: number, stream = 0) {
    let mixed = (seed ^ Math.imul(stream, 0x85ebca6b)) >>> 0;
    const word = (): number => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let scrambled = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      scrambled = Math.imul(scrambled ^ (scrambled >>> 15), 0x735a2d97);
      return scrambled ^ (scrambled >>> 15);
    };
    this.a = word();
    this.b = word();
    this.c = word();
    this.d = word();
  }

  /** From 0 to below 1, in steps of 2^-32. */
  public next(): number {
    const { a, b, c, d } = this;
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    this.a = a ^ d ^ b;
    this.b = b ^ c ^ a;
    this.c = c ^ a ^ (b << 9);
    this.d = rotateLeft(d ^ b, 11);
    return scrambled / 2 ** 32;
  }

  /** A whole number from 0 to below `bound`. */
  public below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Whether something of this probability happens. */
  public chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the values, each as likely as any other. @throws RangeError when there is none. */
  public pick<T>(values: readonly T[]): T {
    const picked = values[this.below(values.length)];
    if (picked === undefined) throw new RangeError("there is nothing to pick from");
    return picked;
  }

  /** One of the values, as likely as its weight says. @throws RangeError when all weights are 0. */
  public weighted<T>(values: readonly (readonly [value: T, weight: number])[]): T {
    let left = this.next() * values.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of values) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new RangeError("there is nothing to pick from: all weights are 0");
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** As {@link Random.weighted}, for many values that are picked from again and again: in logarithmic time. */
export class WeightedValues<T> {
  private readonly values: readonly T[];
  /** Sums of the weights up to each value. */
  private readonly sums: Float64Array;

  public constructor(weighted: readonly (readonly [value: T, weight: number])[]) {
    let sum = 0;
    this.values = weighted.map(([value]) => value);
    this.sums = Float64Array.from(weighted, ([, weight]) => {
      sum += weight;
      return sum;
    });
  }

  /** One of the values, as likely as its weight says. @throws RangeError when all weights are 0 */
  public pick(random: Pick<Random, "next">): T {
    const { values, sums } = this;
    const at = random.next() * (sums.at(-1) ?? 0);
    let [low, high] = [0, sums.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    if (low >= values.length) throw new RangeError("there is nothing to pick from: all weights are 0");
    return values[low] as T;
  }
}
