import * as crypto from 'node:crypto'

/** Gives rows of an export ids that are the same whenever it is read. */
export interface ContentIds {
  /** By the export's own key of a row. @param time ms since 1970 */
  ofKey(key: string, time: number): string
  /** By what is in the row, and its number among those that are equal. @param time ms since 1970 */
  ofRow(row: string, time: number): string
}

/** Equal rows have the same time, and lie near each other where a file is in the order of time: so many are remembered. */
const remembered = 100_000

/**
 * Ids that look like UUIDv7: their first part is the hit's time, the others SHA-256 of the format's name and of what tells the
 * row from others. Numbers count on from file to file of one import, so the halves of a log need not be told apart.
 * @param format its name
 */
export function createContentIds(format: string): ContentIds {
  let numbers = new Map<string, number>()
  let before = new Map<string, number>()

  /** How many equal ones there were. */
  function numberOf(hash: string): number {
    const number = numbers.get(hash) ?? before.get(hash) ?? 0
    numbers.set(hash, number + 1)
    if (numbers.size >= remembered) [before, numbers] = [numbers, new Map()]
    return number
  }

  return {
    ofKey: (key, time) => idOf(time, sha256(`${format}\nkey\n${key}`)),
    ofRow(row, time) {
      const hash = sha256(`${format}\n${row}`)
      const number = numberOf(hash.slice(0, 24))
      return idOf(time, number === 0 ? hash : sha256(`${hash}\n${number}`))
    },
  }
}

/** In hex. */
function sha256(text: string): string {
  return typeof crypto.hash === 'function' ? crypto.hash('sha256', text, 'hex') : crypto.createHash('sha256').update(text).digest('hex')
}

const variants = ['8', '9', 'a', 'b']

/** As `idFrom` of the protocol has it, from digits that are there already. */
function idOf(time: number, hash: string): string {
  const stamp = Math.floor(time).toString(16).padStart(12, '0')
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hash.slice(0, 3)}-${variants[parseInt(hash[3]!, 16) & 3]}${hash.slice(4, 7)}-${hash.slice(7, 19)}`
}
