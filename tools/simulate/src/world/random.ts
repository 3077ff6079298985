/** Numbers that follow from a seed alone (mulberry32). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** From 0 up to, and without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** 32 bits, for whoever needs numbers of its own. */
  bits(): number {
    return Math.floor(this.next() * 0x1_0000_0000)
  }

  /** True once in so many. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  pick<const T>(all: readonly [T, ...T[]]): T {
    return all[this.below(all.length)] ?? all[0]
  }

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** Two numbers of 32 bits of a text (cyrb53): not for secrets, only so that the same name gives the same numbers. */
export function hashesOf(text: string): { readonly one: number; readonly other: number } {
  let one = 0xdeadbeef
  let other = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    one = Math.imul(one ^ letter, 2654435761)
    other = Math.imul(other ^ letter, 1597334677)
  }
  const first = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909)
  const second = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909)
  return { one: first >>> 0, other: second >>> 0 }
}

/** 53 bits of a text. */
export function hashOf(text: string): number {
  const { one, other } = hashesOf(text)
  return 4294967296 * (2097151 & other) + one
}
