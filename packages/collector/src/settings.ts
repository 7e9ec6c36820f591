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
export function asWord<T extends string>(words: readonly T[]): Pick<Setting, 'read' | 'allowed'> {
  return { read: (value) => words.find((word) => word === value), allowed: `one of ${words.join(', ')}` }
}

/** Texts, separated by commas where they come as one. */
export function asTexts(value: unknown): string[] | undefined {
  const list: unknown = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) return undefined
  return list.map((item) => item.trim()).filter(Boolean)
}

/** Of the known names the one that takes the fewest changes. */
export function nearest(name: string, known: readonly string[]): string {
  return known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best), known[0]!)
}

/** Levenshtein's: how many letters have to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]!.toLowerCase() === b[j - 1]!.toLowerCase()
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
