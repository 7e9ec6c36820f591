import { compileComparison, compileWanted, isComparison, isJoin, isNegated, type Comparison } from '../comparisons.ts'
import { readEvent, readVisit, type EventDimension, type VisitDimension } from '../dimensions.ts'
import { compileGoals } from '../goals.ts'
import type { StoredHit } from '../hit.ts'
import type { Filter } from '../query.ts'
import { engagement, event, pageview, type FieldTexts, type TextField } from '../sessionIndex/dayColumns.ts'
import type { Session } from '../sessions.ts'
import type { Visits } from './dayUnits.ts'
import { none, type VisitTable } from './visitTable.ts'

/** What filters are answered from. */
export interface FilterSource {
  visits: VisitTable
  texts: ReadonlyMap<TextField, FieldTexts>
}

const typeNames = { [pageview]: 'pageview', [event]: 'event', [engagement]: 'engagement' } as const

/** What a visit's dimensions are read from, of its first hit unless it is a page. */
const visitFields: Partial<Record<VisitDimension, readonly [TextField, TextField?]>> = {
  'visit:entry_page': ['path'],
  'visit:exit_page': ['path'],
  'visit:entry_page_hostname': ['hostname'],
  'visit:exit_page_hostname': ['hostname'],
  'visit:source': ['source', 'referrerHost'],
  'visit:referrer': ['referrer'],
  'visit:channel': ['channel'],
  'visit:utm_source': ['source'],
  'visit:utm_medium': ['medium'],
  'visit:utm_campaign': ['campaign'],
  'visit:utm_term': ['term'],
  'visit:utm_content': ['content'],
  'visit:browser': ['browser'],
  'visit:browser_version': ['browserVersion'],
  'visit:os': ['os'],
  'visit:os_version': ['osVersion'],
  'visit:device': ['device'],
  'visit:country': ['country'],
  'visit:country_name': ['country'],
  'visit:region': ['region'],
  'visit:region_name': ['region'],
  'visit:city': ['city'],
  'visit:city_name': ['city'],
  'visit:screen_class': ['screen'],
  'visit:language': ['language'],
}

/** The fields that filters are about; undefined where one asks for what columns do not say: props and click ids. */
export function fieldsOf(filters: readonly Filter[]): Set<TextField> | undefined {
  const fields = new Set<TextField>()
  for (const filter of filters) {
    const its = isComparison(filter) ? fieldsOfDimension(filter[1]) : fieldsOf(isJoin(filter) ? filter[1] : [filter[1]])
    if (its === undefined) return undefined
    for (const field of its) fields.add(field)
  }
  return fields
}

function fieldsOfDimension(dimension: Comparison[1]): readonly TextField[] | undefined {
  if (dimension === 'event:page') return ['path']
  if (dimension === 'event:hostname') return ['hostname']
  if (dimension === 'event:name') return ['name']
  if (dimension === 'event:goal') return ['name', 'path']
  return visitFields[dimension as VisitDimension]?.filter((field) => field !== undefined)
}

/** The rows of a day that meet all filters, as `pickHits` has it: 1 by row. Each distinct text is tested once. */
export function filterRows(source: FilterSource, { filters = [], goals, from = -Infinity, to = Infinity }: Visits): Uint8Array {
  const { visits, texts } = source
  const rows = rowsOf(['and', filters])
  // Reports of engagement without a visit are no hits of one.
  for (let row = 0; row < rows.length; row++) if (visits.visitOf[row] === none) rows[row] = 0
  return rows

  function rowsOf(filter: Filter): Uint8Array {
    if (isComparison(filter)) return compare(filter)
    if (isJoin(filter)) return join(filter[0], filter[1].map(rowsOf))
    const [kind, operand] = filter
    const inner = rowsOf(operand)
    if (kind === 'not') return inner.map((flag) => 1 - flag)
    const done = haveDone(inner)
    return byVisit(kind === 'has_done' ? done : done.map((flag) => 1 - flag))
  }

  function join(kind: 'and' | 'or', masks: readonly Uint8Array[]): Uint8Array {
    const joined = new Uint8Array(visits.rows).fill(kind === 'and' ? 1 : 0)
    for (const mask of masks) {
      if (kind === 'and') for (let row = 0; row < joined.length; row++) joined[row]! &= mask[row]!
      else for (let row = 0; row < joined.length; row++) joined[row]! |= mask[row]!
    }
    return joined
  }

  function compare(comparison: Comparison): Uint8Array {
    const [, dimension] = comparison
    if (dimension === 'event:goal') return reach(comparison)
    const test = compileComparison(comparison)
    if (dimension.startsWith('visit:')) return byVisit(testVisits(dimension as VisitDimension, test))
    const read = readEvent(dimension as EventDimension)
    const [field] = fieldsOfDimension(dimension)!
    return testRows(() => [field!, (hit) => test(read(hit))])
  }

  function reach(comparison: Comparison): Uint8Array {
    const goalsOf = compileGoals(goals, compileWanted(comparison))
    const isWanted = !isNegated(comparison)
    // An event reaches them by its name, a page by its path.
    return testRows((type) => [type === event ? 'name' : 'path', (hit) => goalsOf(hit).length > 0 === isWanted])
  }

  /** @param by which field tells of hits of a type, and whether a hit meets the test: each text is tested once, with and without interaction */
  function testRows(by: (type: keyof typeof typeNames) => readonly [TextField, (hit: StoredHit) => boolean]): Uint8Array {
    const { type, isPassive } = visits
    const tests = ([pageview, event, engagement] as const).map((kind) => {
      const [field, test] = by(kind)
      const { values, codes } = texts.get(field)!
      const flags = [true, false].map((interactive) => Uint8Array.from(values, (value) => Number(test({ [field]: value, type: typeNames[kind], interactive } as unknown as StoredHit))))
      return { codes, flags }
    })
    const found = new Uint8Array(visits.rows)
    for (let row = 0; row < found.length; row++) {
      const { codes, flags } = tests[type[row]!]!
      found[row] = flags[isPassive[row]!]![codes[row]!]!
    }
    return found
  }

  function testVisits(dimension: VisitDimension, test: (value: string) => boolean): Uint8Array {
    const fields = fieldsOfDimension(dimension)!
    const read = readVisit(dimension)
    const at = dimension.startsWith('visit:entry') ? visits.entry : dimension.startsWith('visit:exit') ? visits.exit : visits.first
    const codeAt = createCoder(texts, fields)
    const answers = new Map<number, number>()
    return new Uint8Array(at.length).map((_, visit) => {
      const row = at[visit]!
      const key = row === none ? -1 : codeAt(row)
      let answer = answers.get(key)
      if (answer === undefined) {
        const hit = row === none ? undefined : (hitAt(texts, fields, row) as StoredHit)
        answers.set(key, (answer = Number(test(read({ hits: [hit], pageviews: hit ? [hit] : [] } as unknown as Session)))))
      }
      return answer
    })
  }

  function byVisit(flags: Uint8Array): Uint8Array {
    const { visitOf } = visits
    const found = new Uint8Array(visitOf.length)
    for (let row = 0; row < found.length; row++) if (visitOf[row] !== none) found[row] = flags[visitOf[row]!]!
    return found
  }

  /** The visits of which a pageview or event of the range is among the rows. */
  function haveDone(rows: Uint8Array): Uint8Array {
    const { visitOf, type, time, first } = visits
    const done = new Uint8Array(first.length)
    for (let row = 0; row < rows.length; row++) {
      if (rows[row] === 1 && type[row] !== engagement && visitOf[row] !== none && time[row]! >= from && time[row]! < to) done[visitOf[row]!] = 1
    }
    return done
  }
}

/** A number for what one or two fields say in a row. */
function createCoder(texts: FilterSource['texts'], fields: readonly TextField[]): (row: number) => number {
  const [one, other] = fields.map((field) => texts.get(field)!)
  if (other === undefined) return (row) => one!.codes[row]!
  const { length } = other.values
  return (row) => one!.codes[row]! * length + other.codes[row]!
}

function hitAt(texts: FilterSource['texts'], fields: readonly TextField[], row: number): Partial<StoredHit> {
  return Object.fromEntries(fields.map((field) => [field, texts.get(field)!.values[texts.get(field)!.codes[row]!]]))
}
