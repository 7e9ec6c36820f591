import type { Values } from '@treadlight/store'
import { createHash, randomBytes } from 'node:crypto'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'
import type { ImportPosition } from './importFormat.ts'

/** A place in an import of several files. */
export interface ImportPlace extends ImportPosition {
  /** Which of what was named on the command line. */
  source: number
}

/** How far an import has come, so that one that broke off goes on there. */
export interface ImportNote {
  /** All before it is stored. */
  done: ImportPlace
  /** From here on rows are read once more and only counted, so that equal ones have the numbers that they had. */
  counted: ImportPlace
  /** By which visitors are hashed: see `FinishOptions`. It is gone with the note. */
  secret: string
  /** When the import began, ms since 1970. */
  received: number
}

/** Notes of one import, in the storage: whoever goes on may be on another machine. */
export interface ImportNotes {
  /** The latest; undefined where there is none. */
  read(): Promise<ImportNote | undefined>
  write(note: ImportNote): Promise<void>
  remove(): Promise<void>
}

/** After so long nobody goes on with an import that broke off, ms: what visitors are hashed by is not to stay. */
const longestKept = 2 * 86_400_000
const pattern = /^import:[0-9a-f]{24}-([0-9a-f]{12})-/

/** Whether a value is a note that has had its time. @param now ms since 1970 */
export function isOldImportNote(key: string, now: number): boolean {
  const time = pattern.exec(key)?.[1]
  return time !== undefined && parseInt(time, 16) < now - longestKept
}

/** @param what what the import is of, and how: another file or setting is another import */
export function createImportNotes(values: Values, what: readonly string[], now: () => number = Date.now): ImportNotes {
  const prefix = `import:${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 24)}-`

  async function removeBut(last?: string): Promise<void> {
    for (const key of await values.list(prefix)) if (key !== last) await values.remove(key)
  }

  return {
    async read() {
      const keys = await values.list(prefix)
      // The last may have been cut off as the machine went down.
      for (const key of keys.filter((each) => !isOldImportNote(each, now())).toReversed()) {
        const note = parseObject(await readText(values, key))
        if (note !== undefined && typeof note['secret'] === 'string') return note as unknown as ImportNote
      }
      return undefined
    },
    async write(note) {
      const key = `${prefix}${now().toString(16).padStart(12, '0')}-${randomBytes(6).toString('hex')}`
      await values.create(key, JSON.stringify(note))
      await removeBut(key)
    },
    remove: () => removeBut(),
  }
}
