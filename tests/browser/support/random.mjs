// Repeatable randomness: the same seed gives the same choices.

// The seed of this run: from SEED, or a new one. Print it, so that a failure can be repeated.
export function seedOfThisRun() {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
}

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // At least 0 and below 1: mulberry32.
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least, most) {
    return least + this.next() * (most - least);
  }

  // An integer from 0 up to, but not including, the count.
  below(count) {
    return Math.floor(this.next() * count);
  }

  oneOf(choices) {
    return choices[this.below(choices.length)];
  }

  // True with this probability.
  chance(probability) {
    return this.next() < probability;
  }
}
