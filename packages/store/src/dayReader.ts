import { isMerged } from './dayCheck.ts'
import { readDay } from './factSet.ts'
import type { FactTable } from './factTable.ts'
import type { SegmentFile } from './manifest.ts'
import type { Marks } from './marks.ts'
import { openSegment, SegmentError } from './segment/openSegment.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import { columnsOfHits } from './sessionIndex/columnsOfHits.ts'
import { columnsOfParts, type FactParts } from './sessionIndex/columnsOfParts.ts'
import { partsOfSegments } from './sessionIndex/columnsOfSegments.ts'
import { textFields, type DayColumns } from './sessionIndex/dayColumns.ts'
import { joinParts } from './sessionIndex/joinParts.ts'
import { personsOfTexts } from './sessionIndex/personNumbers.ts'
import type { SiteLog } from './siteLog.ts'

/** Reads home days by the column, as they stand. */
export interface DayReader {
  /** @param earlier what was read of the day before: of segments that are still there nothing is read again */
  read(day: string, earlier?: ReadDay): Promise<ReadDay>
}

export interface ReadDay {
  /** The hits that may be shown; undefined where an index cannot say exactly what these do. */
  columns: DayColumns | undefined
  /** What its segments say, where no hit was made. */
  compacted?: { files: readonly SegmentFile[]; parts: FactParts }
  /** What the columns keep in memory of each hit, bytes, about. */
  bytesPerHit: number
}

/** Columns and what they are made of; and hits as objects, which their columns read as they are asked for. */
const [bytesByColumn, bytesByHit] = [300, 1200]

export function createDayReader(log: SiteLog): DayReader {
  /** So many rows of a table are known to have no erased person, by the marks of a moment. */
  const clean = new WeakMap<FactTable, { marks: Marks; version: number; disownings: number; rows: number }>()

  /** Whether a mark may take something of a table in which each fact is a hit of its own. */
  function mayBeHidden(table: FactTable): boolean {
    const { marks, version } = log
    const { disownings } = marks
    if (table.from < Math.max(marks.pruningEnds.anonymous, marks.pruningEnds.authenticated)) return true
    if (!marks.hasErasures) return false
    const known = clean.get(table)
    let row = known?.marks === marks && known.version === version && known.disownings === disownings ? known.rows : 0
    while (row < table.size && !marks.erases(table.person(row))) row++
    clean.set(table, { marks, version, disownings, rows: row })
    return row < table.size
  }

  /** The same of segments, as far as it is known without reading them. */
  function mayBeTaken(files: readonly SegmentFile[]): boolean {
    const { hasErasures, pruningEnds } = log.marks
    return hasErasures || files.some(({ from }) => from < Math.max(pruningEnds.anonymous, pruningEnds.authenticated))
  }

  /** Without making hits; undefined where that cannot be done: where facts of several origins make one, or marks hide some. */
  async function readParts(day: string, earlier: ReadDay | undefined): Promise<Omit<ReadDay, 'bytesPerHit'> | undefined> {
    // Of the same moment: what is compacted meanwhile is in neither afterwards.
    const files = log.catalog.days.get(day) ?? []
    const tables = log.fresh.get(day) ?? []
    if (files.length > 0 && (isMerged(files) || mayBeTaken(files))) return undefined
    const compacted = earlier?.compacted?.files === files ? earlier.compacted : await readCompacted(day, files)
    if (tables.some((table) => table.hasShared() || mayBeHidden(table)) || (files.length > 0 && mayBeTaken(files))) return undefined
    const parts = tables.map((table) => table.parts())
    if (files.length > 0) parts.push(compacted?.parts)
    if (!parts.every((part) => part !== undefined)) return undefined
    const joined = joinParts(parts)
    return joined && { columns: columnsOfParts(day, joined), ...(compacted && { compacted }) }
  }

  async function readCompacted(day: string, files: readonly SegmentFile[]): Promise<ReadDay['compacted']> {
    if (files.length === 0) return undefined
    try {
      const bytes = await Promise.all(files.map(log.segments.bytes))
      const segments = await Promise.all(files.map((file, index) => log.segments.decode(file, async () => openSegment(bytes[index]!))))
      const parts = partsOfSegments(day, segments)
      return parts && { files, parts: readAll(parts) }
    } catch (error) {
      // Which of them, and what then, says whoever reads the facts.
      if (error instanceof SegmentGone || error instanceof SegmentDamaged || error instanceof SegmentError) return undefined
      throw error
    }
  }

  return {
    async read(day, earlier) {
      const read = await readParts(day, earlier)
      if (read?.columns !== undefined) return { ...read, bytesPerHit: bytesByColumn }
      return { columns: columnsOfHits(day, readDay(await log.readDay(day), log.marks)), bytesPerHit: bytesByHit }
    },
  }
}

/** So that damage shows at once, and the segments need not be kept. */
function readAll(parts: FactParts): FactParts {
  const fields = [...textFields, 'type', 'visitor', 'session', 'revenueAmount', 'revenueCurrency', 'props'] as const
  const texts = new Map(fields.map((field) => [field, parts.text(field)]))
  const numbers = new Map((['time', 'engaged', 'engagedDelta', 'scroll'] as const).map((field) => [field, parts.number(field)]))
  const persons = new Map((['visitor', 'session'] as const).map((field) => [field, personsOfTexts(texts.get(field)!)]))
  return { ...parts, text: (field) => texts.get(field)!, persons: (field) => persons.get(field), number: (field) => numbers.get(field)! }
}
