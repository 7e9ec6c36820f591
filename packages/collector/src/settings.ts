/** What is wrong with a setting, in one line with the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** How one setting is read, from wherever it is set. */
export interface Setting {
  /** Names of environment variables, the first set one counts. */
  env: readonly string[]
  /** Undefined where the setting may be missing. */
  fallback: () => unknown
  /** @returns undefined where the value is none */
  read: (value: unknown) => unknown
  allowed: string
  /** Where these are all that is allowed. */
  words?: readonly string[]
  /** Its value is never printed. */
  isSecret?: true
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function asNumber(value: unknown, lowest: number, highest: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= lowest && number <= highest ? number : undefined
}

export function asBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1') return true
  if (value === false || value === 'false' || value === '0') return false
  return undefined
}

/** One of a few words. */
export function asWord<T extends string>(words: readonly T[]): Pick<Setting, 'read' | 'allowed' | 'words'> {
  return { read: (value) => words.find((word) => word === value), allowed: `one of ${words.join(', ')}`, words }
}

/** Texts, separated by commas where they come as one. */
export function asTexts(value: unknown): string[] | undefined {
  const list: unknown = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) return undefined
  return list.map((item) => item.trim()).filter(Boolean)
}

/**
 * Which of the known names is meant, or which there are where none is near: the second half of a sentence.
 * @param prefix what stands before each of them
 */
export function suggest(name: string, known: readonly string[], prefix = ''): string {
  const meant = nearest(name, known)
  return meant === undefined ? `there ${known.length === 1 ? 'is' : 'are'} ${known.map((other) => prefix + other).join(', ')}` : `did you mean ${prefix}${meant}?`
}

/** Of the known names the one that takes the fewest changes: at most three, and one in three letters. Undefined for none. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(3, Math.max(1, Math.floor(name.length / 3)))
  // Letters are left out more often than they are typed for nothing.
  const [best] = known.map((other) => [other, distance(name, other)] as const).toSorted(([one, a], [other, b]) => a - b || other.length - one.length)
  return best !== undefined && best[1] <= most ? best[0] : undefined
}

/** How many letters have to change, go, come, or change places with their neighbour (optimal string alignment); case is none of it. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, changed, swapped))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
