import { isClosed } from '../compaction.ts'
import { groupBy } from '../groupBy.ts'
import type { SegmentFile } from '../manifest.ts'
import { SegmentDamaged, SegmentGone } from '../segmentReader.ts'
import type { SiteLog } from '../siteLog.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { createItem } from '../values.ts'
import type { PersonFilter } from './personFilter.ts'
import type { StoredPersons } from './personShelf.ts'
import { encodePersonFilters, formatPersonKey, parsePersonKey, spanOf, type PersonSpan } from './personValue.ts'

type FoldOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce'>

/**
 * Stores the filters of each span of days that has ended, in one value: and anew when its segments have changed. A value that
 * tells of a segment that counts no more goes: an erased person is not to be found in it by whoever knows the id. Anybody
 * may do so at any time: of two values that say the same one goes in the next round.
 */
export async function foldPersons(log: SiteLog, options: FoldOptions): Promise<void> {
  const values = await log.persons.refresh()
  const files = [...log.catalog.days.values()].flat()
  const closed = files.filter(({ day }) => isClosed(spanOf(day).last, options.now()))
  const bySpan = groupBy(closed, ({ day }) => spanOf(day).first)
  /** Those that say what there is to say of their span. */
  const kept = new Map<string, string>()
  for (const key of [...values.keys()].toSorted()) {
    const first = parsePersonKey(key)?.first ?? ''
    if (!kept.has(first) && isOf(values.get(key)!, bySpan.get(first) ?? [])) kept.set(first, key)
  }
  for (const [first, its] of bySpan) if (!kept.has(first)) kept.set(first, await fold(log, options, spanOf(first), its))
  const spare = [...values].filter(([key, value]) => value !== 'later' && kept.get(parsePersonKey(key)?.first ?? '') !== key)
  for (const [key] of spare) {
    await options.storage.removeItem(key)
    log.persons.remove(key)
  }
}

function isOf(value: StoredPersons, files: readonly SegmentFile[]): boolean {
  return typeof value !== 'string' && files.length > 0 && value.size === files.length && files.every(({ key }) => value.has(key))
}

/** @returns the key of the value */
async function fold(log: SiteLog, { storage, now, nonce }: FoldOptions, span: PersonSpan, files: readonly SegmentFile[]): Promise<string> {
  const filters = new Map<string, PersonFilter | undefined>()
  for (const file of files) filters.set(file.key, await filterOf(log, file))
  const bytes = encodePersonFilters(filters)
  const key = formatPersonKey(log.site, span, now(), nonce(), bytes.length)
  if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
  log.persons.add(key, filters)
  return key
}

/** Undefined for a segment that cannot be read: whoever asks for a person tries again. */
async function filterOf(log: SiteLog, file: SegmentFile): Promise<PersonFilter | undefined> {
  try {
    return await log.persons.filterOf(file)
  } catch (error) {
    if (error instanceof SegmentGone || error instanceof SegmentDamaged) return undefined
    throw error
  }
}
