import type { ByteCache } from '../byteCache.ts'
import { fingerprint } from '../fingerprint.ts'
import type { SegmentFile } from '../manifest.ts'
import { openSegment } from '../segment/openSegment.ts'
import type { FactParts } from '../sessionIndex/columnsOfParts.ts'
import { partsOfSegments } from '../sessionIndex/columnsOfSegments.ts'
import type { FieldTexts, TextField } from '../sessionIndex/dayColumns.ts'
import type { SiteLog } from '../siteLog.ts'
import type { Visits } from './dayUnits.ts'
import { fieldsOf, filterRows } from './filterRows.ts'
import { visitsOf, weighVisits } from './visitTable.ts'

/** The visits of a home day in segments, of which each fact is a hit that may be shown. */
export interface VisitSource {
  readonly key: string
  /** 1 by row, of the segments one after the other; undefined where columns do not say what is asked. */
  filter(visits: Visits): Promise<Uint8Array | undefined>
}

export function createVisitSource(log: SiteLog, cache: ByteCache, day: string, files: readonly SegmentFile[]): VisitSource {
  const key = `${log.site} ${day} visits ${fingerprint(files)}`
  let reading: Promise<FactParts | undefined> | undefined

  const parts = () => (reading ??= read())
  async function read(): Promise<FactParts | undefined> {
    const values = await Promise.all(files.map(log.segments.bytes))
    const segments = await Promise.all(files.map((file, index) => log.segments.decode(file, async () => openSegment(values[index]!))))
    return partsOfSegments(day, segments)
  }

  return {
    key,
    async filter(visits) {
      const fields = fieldsOf(visits.filters ?? [])
      if (fields === undefined) return undefined
      const table = await cache.get(key, async () => visitsOf(day, await parts()), (its) => (its === undefined ? 100 : weighVisits(its)))
      if (table === undefined) return undefined
      const texts = new Map<TextField, FieldTexts>()
      for (const field of fields) {
        const its = await cache.get(`${key} ${field}`, async () => (await parts())?.text(field), weighField)
        if (its === undefined) return undefined
        texts.set(field, its)
      }
      return filterRows({ visits: table, texts }, visits)
    },
  }
}

/** Bytes of memory, about. */
function weighField(texts: FieldTexts | undefined): number {
  if (texts === undefined) return 100
  return texts.codes.byteLength + texts.values.reduce((sum, value = '') => sum + 50 + value.length, 0)
}
