import { engagement, event, mostEngaged, pageview, type DayColumns, type FieldTexts, type TextField } from './dayColumns.ts'
import { createUuidNumbers, type UuidNumbers } from './uuidNumbers.ts'

/** The hits of a home day as they stand in segments and tables: each is a fact, and the columns say all of it. */
export interface FactParts {
  readonly rows: number
  /** What the texts stand for; undefined where a row has none. */
  text(field: TextField | 'type' | 'visitor' | 'session'): FieldTexts
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
  const type = typesOf(parts.text('type'), parts.rows)
  const time = parts.number('time')
  if (type === undefined || !areIntegers(time)) return undefined
  const keys = keysOf(parts)
  const told = toldOf(parts, type)
  if (keys === undefined || told === undefined || lacksAny(parts.text('path')) || lacksAny(parts.text('hostname'))) return undefined
  const texts = new Map<TextField, FieldTexts>()
  const bytes = new Uint8Array(parts.ids.buffer, parts.ids.byteOffset, parts.ids.byteLength)
  return {
    day,
    rows: parts.rows,
    type,
    time,
    isPassive: parts.isPassive,
    ...keys,
    ...told,
    // The digits of a UUID are in the order of its bytes.
    compareIds(a, b) {
      let [at, other] = [16 * a, 16 * b]
      for (const end = at + 16; at < end; at++, other++) if (bytes[at] !== bytes[other]) return bytes[at]! - bytes[other]!
      return 0
    },
    text(field) {
      const known = texts.get(field) ?? parts.text(field)
      texts.set(field, known)
      return known
    },
  }
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
  const [visitors, sessions] = [parts.text('visitor'), parts.text('session')]
  if (lacksAny(visitors) || lacksAny(sessions)) return undefined
  const [noVisitor, noSession] = [visitors.values.indexOf(''), sessions.values.indexOf('')]
  const visitorsFrom = sessions.values.length
  const viewsFrom = visitorsFrom + visitors.values.length
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

/** As `deriveEngagement` has it, for each pageview. */
function toldOf(parts: FactParts, type: Uint8Array): Pick<DayColumns, 'engaged' | 'scroll'> | undefined {
  const { rows, ids, views, hasView } = parts
  const [totals, deltas, scrolls] = [parts.number('engaged'), parts.number('engagedDelta'), parts.number('scroll')]
  const tells = (row: number): boolean => type[row] !== event && !(Number.isNaN(totals[row]) && Number.isNaN(deltas[row]) && Number.isNaN(scrolls[row]))
  let reports = 0
  for (let row = 0; row < rows; row++) if (tells(row)) reports++
  const numbers = createUuidNumbers(reports)
  const total = new Float64Array(reports).fill(NaN)
  const scroll = new Float64Array(reports).fill(NaN)
  const delta = new Float64Array(reports).fill(NaN)
  for (let row = 0; row < rows; row++) {
    if (!tells(row) || (hasView[row] === 0 && type[row] !== pageview)) continue
    const view = numbers.add(hasView[row] === 1 ? views : ids, 4 * row)
    if (!Number.isNaN(totals[row]!)) total[view] = Math.max(total[view]! || 0, totals[row]!)
    if (!Number.isNaN(scrolls[row]!)) scroll[view] = Math.max(scroll[view]! || 0, scrolls[row]!)
    if (!Number.isNaN(deltas[row]!)) delta[view] = (delta[view]! || 0) + deltas[row]!
  }
  const told = { engaged: new Float64Array(rows).fill(NaN), scroll: new Float64Array(rows).fill(NaN) }
  for (let row = 0; row < rows && reports > 0; row++) {
    if (type[row] !== pageview) continue
    const view = numbers.find(hasView[row] === 1 ? views : ids, 4 * row)
    if (view === -1) continue
    const isKnown = !Number.isNaN(total[view]!) || !Number.isNaN(delta[view]!)
    if (isKnown) told.engaged[row] = (total[view]! || 0) + (delta[view]! || 0)
    told.scroll[row] = scroll[view]!
    if (told.engaged[row]! < 0 || told.engaged[row]! > mostEngaged || told.scroll[row]! > mostEngaged) return undefined
  }
  return told
}
