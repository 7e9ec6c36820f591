import { longestView } from '../engagement.ts'
import { revenueText } from '../revenue.ts'
import { finish, type Steps } from '../steps.ts'
import { engagement, event, mostEngaged, pageview, type DayColumns, type FieldTexts, type TextField } from './dayColumns.ts'
import type { PersonField, PersonNumbers } from './personNumbers.ts'
import { createUuidNumbers, type UuidNumbers } from './uuidNumbers.ts'

/** The hits of a home day as they stand in segments and tables: each is a fact, and the columns say all of it. */
export interface FactParts {
  readonly rows: number
  /** What the texts stand for; undefined where a row has none. */
  text(field: TextField | 'type' | 'visitor' | 'session' | 'revenueAmount' | 'revenueCurrency' | 'props'): FieldTexts
  /** Undefined where a row has none. */
  persons(field: PersonField): PersonNumbers | undefined
  /** NaN where a row has none. */
  number(field: 'time' | 'engaged' | 'engagedDelta' | 'scroll'): Float64Array
  /** 1 where `interactive` is false. */
  readonly isPassive: Uint8Array
  /** Four words each; a row without a view of its own has zeros, and 0 in `hasView`. */
  readonly ids: Int32Array
  readonly views: Int32Array
  readonly hasView: Uint8Array
}

const types: ReadonlyMap<string | undefined, number> = new Map([
  ['pageview', pageview],
  ['event', event],
  ['engagement', engagement],
])

/** Undefined where an index could not say exactly what the hits do: see `columnsOfHits`. */
export function columnsOfParts(day: string, parts: FactParts): DayColumns | undefined {
  return finish(columnsInSteps(day, parts))
}

/** The same in some steps. */
export function* columnsInSteps(day: string, parts: FactParts): Steps<DayColumns | undefined> {
  const type = typesOf(parts.text('type'), parts.rows)
  const time = parts.number('time')
  if (type === undefined || !areIntegers(time)) return undefined
  yield
  const keys = keysOf(parts)
  yield
  const compareIds = compareBy(parts.ids)
  const told = toldOf(parts, { type, time, compareIds })
  yield
  const texts = new Map<TextField, FieldTexts>()
  const text = (field: TextField): FieldTexts => {
    const known = texts.get(field) ?? parts.text(field)
    texts.set(field, known)
    return known
  }
  if (keys === undefined || told === undefined || lacksAny(text('path')) || lacksAny(text('hostname'))) return undefined
  return {
    day,
    rows: parts.rows,
    type,
    time,
    isPassive: parts.isPassive,
    ...keys,
    ...told,
    compareIds,
    text,
    revenue: () => revenueOf(parts),
    props: () => parts.text('props'),
  }
}

function compareBy(ids: Int32Array): DayColumns['compareIds'] {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)
  // The digits of a UUID are in the order of its bytes.
  return (a, b) => {
    let [at, other] = [16 * a, 16 * b]
    for (const end = at + 16; at < end; at++, other++) if (bytes[at] !== bytes[other]) return bytes[at]! - bytes[other]!
    return 0
  }
}

function revenueOf(parts: FactParts): FieldTexts {
  const amounts = parts.text('revenueAmount')
  const codes = new Uint32Array(parts.rows)
  if (amounts.values.every((amount) => amount === undefined)) return { values: [''], codes }
  const currencies = parts.text('revenueCurrency')
  const known = new Map<string, number>([['', 0]])
  for (let row = 0; row < parts.rows; row++) {
    const amount = amounts.values[amounts.codes[row]!]
    const currency = currencies.values[currencies.codes[row]!]
    if (amount === undefined || currency === undefined) continue
    const text = revenueText({ amount, currency })
    const code = known.get(text) ?? known.size
    known.set(text, code)
    codes[row] = code
  }
  return { values: [...known.keys()], codes }
}

function typesOf({ values, codes }: FieldTexts, rows: number): Uint8Array | undefined {
  const typeOf = Uint8Array.from(values, (value) => types.get(value) ?? 255)
  const type = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) if ((type[row] = typeOf[codes[row]!]!) === 255) return undefined
  return type
}

function areIntegers(numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at++) if (!Number.isSafeInteger(numbers[at])) return false
  return true
}

function lacksAny({ values, codes }: FieldTexts): boolean {
  const none = values.indexOf(undefined)
  return none !== -1 && codes.includes(none)
}

/** As `visitorKey` and the groups of `deriveSessions` have it. */
function keysOf(parts: FactParts): Pick<DayColumns, 'visitor' | 'group' | 'keys'> | undefined {
  const { rows, ids, views, hasView } = parts
  const [visitors, sessions] = [parts.persons('visitor'), parts.persons('session')]
  if (visitors === undefined || sessions === undefined) return undefined
  const [noVisitor, noSession] = [visitors.nobody, sessions.nobody]
  const visitorsFrom = sessions.count
  const viewsFrom = visitorsFrom + visitors.count
  const columns = { visitor: new Uint32Array(rows), group: new Uint32Array(rows) }
  let alone: UuidNumbers | undefined
  for (let row = 0; row < rows; row++) {
    const visitor = visitors.codes[row]!
    const session = sessions.codes[row]!
    if (visitor !== noVisitor) {
      columns.visitor[row] = visitorsFrom + visitor
      columns.group[row] = session === noSession ? visitorsFrom + visitor : session
    } else if (session !== noSession) columns.visitor[row] = columns.group[row] = session
    else {
      alone ??= createUuidNumbers(rows)
      columns.visitor[row] = columns.group[row] = viewsFrom + alone.add(hasView[row] === 1 ? views : ids, 4 * row)
    }
  }
  return { ...columns, keys: viewsFrom + (alone?.count ?? 0) }
}

/** So many rows before a report its view is looked for: in segments it stands just before it. */
const mostLookedBack = 8

/** As `deriveEngagement` has it, for each pageview. */
function toldOf(parts: FactParts, { type, time, compareIds }: Pick<DayColumns, 'type' | 'time' | 'compareIds'>): Pick<DayColumns, 'engaged' | 'scroll'> | undefined {
  const { rows, ids, views, hasView } = parts
  const [totals, deltas, scrolls] = [parts.number('engaged'), parts.number('engagedDelta'), parts.number('scroll')]
  const told = createSums(rows)
  // Ids are of one pageview each, so nothing can be of the same view but what names it.
  let areOwn = true
  for (let row = 0; row < rows; row++) if (type[row] === pageview && hasView[row] === 1) areOwn = false
  const elsewhere: number[] = []
  for (let row = 0; row < rows; row++) {
    if (type[row] === event || (Number.isNaN(totals[row]) && Number.isNaN(deltas[row]) && Number.isNaN(scrolls[row]))) continue
    const view = !areOwn ? -1 : type[row] === pageview ? row : hasView[row] === 1 ? findBefore(row) : -1
    if (view !== -1) add(told, view, totals[row]!, deltas[row]!, scrolls[row]!)
    else if (hasView[row] === 1 || type[row] === pageview) elsewhere.push(row)
  }
  if (elsewhere.length > 0) addElsewhere()
  return sumUp(told)

  function findBefore(row: number): number {
    const at = 4 * row
    for (let view = row - 1; view >= 0 && view >= row - mostLookedBack; view--) {
      const its = 4 * view
      if (ids[its + 3] !== views[at + 3] || ids[its + 2] !== views[at + 2] || ids[its + 1] !== views[at + 1] || ids[its] !== views[at]) continue
      return type[view] === pageview ? view : -1
    }
    return -1
  }

  /** A pageview's own is its own; each report is about the latest pageview of its view that was there before it. */
  function addElsewhere(): void {
    const numbers = createUuidNumbers(elsewhere.length)
    for (const row of elsewhere) if (type[row] !== pageview) numbers.add(views, 4 * row)
    const pageviews = pageviewsOf(numbers)
    for (const row of elsewhere) {
      const view = type[row] === pageview ? row : findLatest(pageviews[numbers.find(views, 4 * row)]!, time[row]!)
      if (view !== undefined) add(told, view, totals[row]!, deltas[row]!, scrolls[row]!)
    }
  }

  /** The rows of each view's pageviews, by time and id. */
  function pageviewsOf(numbers: UuidNumbers): number[][] {
    const those = Array.from({ length: numbers.count }, (): number[] => [])
    for (let row = 0; row < rows; row++) {
      if (type[row] === pageview) those[numbers.find(hasView[row] === 1 ? views : ids, 4 * row)]?.push(row)
    }
    for (const each of those) if (each.length > 1) each.sort((a, b) => time[a]! - time[b]! || compareIds(a, b))
    return those
  }

  /** The last of these rows that is no later; the first of all where each is. */
  function findLatest(pageviews: readonly number[], latest: number): number | undefined {
    let [low, high] = [0, pageviews.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (time[pageviews[middle]!]! <= latest) low = middle
      else high = middle - 1
    }
    return pageviews[low]
  }
}

/** NaN where nobody told. */
interface Sums {
  total: Float64Array
  delta: Float64Array
  scroll: Float64Array
}

function createSums(count: number): Sums {
  return { total: new Float64Array(count).fill(NaN), delta: new Float64Array(count).fill(NaN), scroll: new Float64Array(count).fill(NaN) }
}

/** The largest total and the deepest scroll count; deltas are added up. */
function add(sums: Sums, at: number, total: number, delta: number, scroll: number): void {
  if (!Number.isNaN(total)) sums.total[at] = Math.max(sums.total[at]! || 0, total)
  if (!Number.isNaN(scroll)) sums.scroll[at] = Math.max(sums.scroll[at]! || 0, scroll)
  if (!Number.isNaN(delta)) sums.delta[at] = (sums.delta[at]! || 0) + delta
}

function sumUp({ total, delta, scroll }: Sums): Pick<DayColumns, 'engaged' | 'scroll'> | undefined {
  for (let row = 0; row < total.length; row++) {
    if (!Number.isNaN(delta[row])) total[row] = (total[row]! || 0) + delta[row]!
    if (total[row]! > longestView) total[row] = longestView
    if (total[row]! < 0 || total[row]! > mostEngaged || scroll[row]! > mostEngaged) return undefined
  }
  return { engaged: total, scroll }
}
