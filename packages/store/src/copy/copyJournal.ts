import { randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Storage } from 'unstorage'
import { formatStamp } from '../keys.ts'
import { createValues } from '../values.ts'

/** Which values of a destination a copy has written, or is about to, and from where: so that a second run goes on, and takes nobody's else for its own. */
export interface CopyJournal {
  /** Where they are from, as `describe` said it; undefined where nothing was copied yet. */
  readonly source: string | undefined
  readonly keys: ReadonlySet<string>
  /** Notes keys before they are written. Resolves when the note is durable, with the keys of its values. */
  note(source: string, keys: readonly string[]): Promise<string[]>
}

interface Note {
  source: string
  keys: string[]
}

const prefix = 'migration:copy.'
/** A note of so many is some 200 kB. */
const keysPerNote = 20_000

/** Reads what was noted in a destination. @throws Error where a note is damaged, since nobody knows then whose values are there */
export async function readCopyJournal(storage: Storage, now: () => number = Date.now): Promise<CopyJournal> {
  const values = createValues(storage)
  const keys = new Set<string>()
  let source: string | undefined
  for (const name of (await values.list('migration:')).filter((each) => each.startsWith(prefix))) {
    const bytes = await values.read(name)
    if (bytes === undefined) throw new Error(`[treadlight store] ${name} is damaged: it says what was copied here; empty the destination and begin anew`)
    const note = JSON.parse(gunzipSync(bytes).toString()) as Note
    source = note.source
    for (const key of note.keys) keys.add(key)
  }
  return {
    get source() {
      return source
    },
    keys,
    async note(from, added) {
      const names: string[] = []
      for (let start = 0; start === 0 || start < added.length; start += keysPerNote) {
        const note: Note = { source: from, keys: added.slice(start, start + keysPerNote) }
        // Named as all small values with a time are: see `verifyStorage`.
        const stamp = formatStamp(now(), randomBytes(6).toString('hex'))
        const name = `${prefix}${stamp.slice(0, 12)}.${stamp}`
        await values.create(name, gzipSync(JSON.stringify(note)))
        names.push(name)
      }
      source = from
      for (const key of added) keys.add(key)
      return names
    },
  }
}
