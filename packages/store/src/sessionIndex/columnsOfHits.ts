import { compareText } from '../byTime.ts'
import { deriveEngagement, pageviewKey, type Engagement } from '../engagement.ts'
import type { StoredHit } from '../hit.ts'
import { revenueText } from '../revenue.ts'
import { engagement, event, mostEngaged, pageview, textFields, type DayColumns, type FieldTexts, type TextField } from './dayColumns.ts'

const types: Readonly<Record<string, number>> = { pageview, event, engagement }

/**
 * The columns of hits of one home day. Undefined where an index could not say exactly what the hits do: of another day,
 * with times between two milliseconds, with fields that are not what their type says.
 */
export function columnsOfHits(day: string, hits: readonly StoredHit[]): DayColumns | undefined {
  const rows = hits.length
  const columns = { type: new Uint8Array(rows), time: new Float64Array(rows), isPassive: new Uint8Array(rows) }
  for (let row = 0; row < rows; row++) {
    const hit = hits[row]!
    if (hit.day !== day || !isPlain(hit)) return undefined
    columns.type[row] = types[hit.type]!
    columns.time[row] = hit.time
    columns.isPassive[row] = hit.interactive === false ? 1 : 0
  }
  const engaged = engagementOf(hits)
  if (engaged === undefined) return undefined
  const texts = new Map<TextField, FieldTexts>()
  return {
    day,
    rows,
    ...columns,
    ...keysOf(hits),
    ...engaged,
    compareIds: (a, b) => compareText(hits[a]!.id, hits[b]!.id),
    text(field) {
      const known = texts.get(field) ?? codesOf(hits, (hit) => hit[field])
      texts.set(field, known)
      return known
    },
    revenue: () => codesOf(hits, ({ revenue }) => (revenue === undefined ? '' : revenueText(revenue))),
    props: () => codesOf(hits, ({ props }) => props && JSON.stringify(props)),
  }
}

function isPlain(hit: StoredHit): boolean {
  if (!Object.hasOwn(types, hit.type) || !Number.isSafeInteger(hit.time)) return false
  for (const name of ['id', 'view', 'visitor', 'session', 'path', 'hostname'] as const) if (typeof hit[name] !== 'string') return false
  for (const name of textFields) if (hit[name] !== undefined && typeof hit[name] !== 'string') return false
  const { revenue } = hit
  return revenue === undefined || (typeof revenue?.amount === 'string' && typeof revenue.currency === 'string')
}

/** As `visitorKey` and the groups of `deriveSessions` have it. */
function keysOf(hits: readonly StoredHit[]): Pick<DayColumns, 'visitor' | 'group' | 'keys'> {
  const columns = { visitor: new Uint32Array(hits.length), group: new Uint32Array(hits.length) }
  const known = { session: new Map<string, number>(), visitor: new Map<string, number>(), view: new Map<string, number>() }
  let keys = 0
  const keyOf = (kind: keyof typeof known, value: string): number => {
    const key = known[kind].get(value) ?? keys++
    known[kind].set(value, key)
    return key
  }
  for (let row = 0; row < hits.length; row++) {
    const { session, visitor, view, id } = hits[row]!
    const bySession = session === '' ? undefined : keyOf('session', session)
    const byVisitor = visitor === '' ? undefined : keyOf('visitor', visitor)
    const byView = bySession ?? byVisitor ?? keyOf('view', view || id)
    columns.group[row] = bySession ?? byView
    columns.visitor[row] = byVisitor ?? byView
  }
  return { ...columns, keys }
}

function engagementOf(hits: readonly StoredHit[]): Pick<DayColumns, 'engaged' | 'scroll'> | undefined {
  const columns = { engaged: new Float64Array(hits.length).fill(NaN), scroll: new Float64Array(hits.length).fill(NaN) }
  // Most hits tell nothing, and need no place in a map.
  const isTold = hits.some((hit) => hit.engaged !== undefined || hit.engagedDelta !== undefined || hit.scroll !== undefined)
  const views: ReadonlyMap<string, Engagement> = isTold ? deriveEngagement(hits) : new Map()
  for (let row = 0; row < hits.length; row++) {
    const hit = hits[row]!
    const told = hit.type === 'pageview' ? views.get(pageviewKey(hit)) : undefined
    for (const name of ['engaged', 'scroll'] as const) {
      const value = told?.[name]
      if (value === undefined) continue
      if (!(Number.isInteger(value) && value >= 0 && value <= mostEngaged)) return undefined
      columns[name][row] = value
    }
  }
  return columns
}

function codesOf(hits: readonly StoredHit[], valueOf: (hit: StoredHit) => string | undefined): FieldTexts {
  const known = new Map<string | undefined, number>()
  const codes = new Uint32Array(hits.length)
  for (let row = 0; row < hits.length; row++) {
    const value = valueOf(hits[row]!)
    let code = known.get(value)
    if (code === undefined) known.set(value, (code = known.size))
    codes[row] = code
  }
  return { values: [...known.keys()], codes }
}
