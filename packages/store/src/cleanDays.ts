import { decodeCleanValue, encodeCleanValue, formatCleanKey, parseCleanKey, type CleanValue } from './cleanValue.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem, listKeys, readBytes, type StorageProblem } from './values.ts'

/**
 * What the storage says of home days that were searched for erased persons in vain. An index that is older than an
 * erasure may be used only of such a day, and to look means to read a part of all segments: seconds for a year. So upkeep
 * does it once, and not every process that is started. Whoever misses the value, or finds it damaged, looks for himself.
 */
export interface CleanDays {
  /** The fingerprints of days that nobody is in who was erased, as far as others have said; as things stood lately. @param sought see `CleanValue` */
  read(sought: string): Promise<ReadonlySet<string>>
  /**
   * Has the storage say it of these days too, in one value for all, and deletes what is not needed any more. Nobody has to
   * be waited for: whoever was about to read a value that is gone looks.
   *
   * @param isThere whether a day still has these segments
   * @returns how many values were deleted
   */
  keep(value: CleanValue, isThere: (print: string) => boolean): Promise<number>
}

export interface CleanDaysOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce' | 'settle'> {
  site: string
  onProblem: (problem: StorageProblem) => void
}

/** For how long what others write may stay unknown, ms. */
const readRest = 60_000

export function createCleanDays({ site, storage, now, nonce, settle, onProblem }: CleanDaysOptions): CleanDays {
  let known: { sought: string; at: number; prints: Promise<ReadonlySet<string>> } | undefined

  /** All that may count or go: not what a later version has made, and not what somebody may be writing. */
  async function readAll(): Promise<{ key: string; value: CleanValue | undefined }[]> {
    const keys = (await listKeys(storage, `${site}:clean:`)).filter((key) => parseCleanKey(key) !== undefined)
    const found = await Promise.all(keys.map(readOne))
    return found.filter((each) => each !== undefined)
  }

  async function readOne(key: string): Promise<{ key: string; value: CleanValue | undefined } | undefined> {
    const bytes = await readBytes(storage, key)
    if (bytes === undefined) return undefined
    const { time, bytes: length } = parseCleanKey(key)!
    const isShort = bytes.length < length
    if (isShort && time + settle >= now()) return undefined
    const value = decodeCleanValue(bytes)
    if (value === 'later') return undefined
    if (value !== 'damaged' && bytes.length === length) return { key, value }
    // Torn is what a process leaves that was killed: nothing is lost with it.
    if (!isShort) onProblem({ key, offset: 0, reason: 'checksum' })
    return { key, value: undefined }
  }

  async function readPrints(sought: string): Promise<ReadonlySet<string>> {
    return printsOf(await readAll(), sought)
  }

  return {
    read(sought) {
      if (known?.sought !== sought || Math.abs(now() - known.at) > readRest) {
        const reading = { sought, at: now(), prints: readPrints(sought) }
        known = reading
        reading.prints.catch(() => {
          if (known === reading) known = undefined
        })
      }
      return known.prints
    },
    async keep({ sought, fingerprints }, isThere) {
      const all = await readAll()
      const prints = [...new Set([...printsOf(all, sought), ...fingerprints])].filter(isThere).toSorted()
      let kept = all.find(({ value }) => value?.sought === sought && prints.every((print) => value.fingerprints.includes(print)))?.key
      if (prints.length === 0) kept = undefined
      else if (kept === undefined) {
        const bytes = encodeCleanValue({ sought, fingerprints: prints })
        kept = formatCleanKey(site, now(), nonce(), bytes.length)
        if (!(await createItem(storage, kept, bytes))) throw new Error(`[treadlight store] ${kept} is taken`)
      }
      known = { sought, at: now(), prints: Promise.resolve(new Set(prints)) }
      const gone = all.filter(({ key }) => key !== kept)
      for (const { key } of gone) await storage.removeItem(key)
      return gone.length
    },
  }
}

function printsOf(all: readonly { value: CleanValue | undefined }[], sought: string): Set<string> {
  return new Set(all.flatMap(({ value }) => (value?.sought === sought ? value.fingerprints : [])))
}
