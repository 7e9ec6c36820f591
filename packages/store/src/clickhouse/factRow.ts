import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { StoredHit } from '../hit.ts'
import { hitFields } from '../segment/extras.ts'
import { columnKinds } from './columns.ts'

/** A row of `facts` as ClickHouse's JSON has it. */
export type FactRow = Record<string, unknown>

/** In the order of every other store: what is read here and written there costs several times as much in another. */
const fields = hitFields
const required = new Set<keyof StoredHit>([
  'site', 'id', 'origin', 'type', 'day', 'time', 'received', 'view', 'url', 'title', 'referrer', 'hostname', 'path', 'referrerHost',
  'source', 'medium', 'campaign', 'visitor', 'session', 'user',
])

/** Beyond every moment at which something can be received, ms since 1970: in 2248. */
const beyondReceived = 2 ** 43
const hashBits = 20n

/**
 * A fact as a row. What the columns do not say exactly is in `extras`, as JSON: what is not of the type that it should be, text
 * that UTF-8 has no form for, fields of a later version.
 * @param known whether it is a known user's, as far as links tell
 * @throws RangeError for a home day that no column of dates holds: before 1970 or from 2149 on
 */
export function encodeFact(fact: StoredHit, known: boolean = fact.user !== ''): FactRow {
  if (fact.day < '1970-01-01' || fact.day > '2149-06-06') throw new RangeError(`[treadlight clickhouse] the day ${fact.day} is none that ClickHouse's Date holds`)
  const row: FactRow = {}
  for (const field of fields) encodeField(row, field, fact[field])
  row['known'] = known
  row['version'] = versionOf(fact)
  const said = decodeColumns(row)
  row['extras'] = isDeepStrictEqual(said, { ...fact }) ? '' : JSON.stringify(unsaid(fact, said))
  return row
}

/** The fact that a row is of: what was encoded. */
export function decodeFact(row: FactRow): StoredHit {
  const said = decodeColumns(row)
  const extras = row['extras']
  if (typeof extras !== 'string' || extras === '') return said
  const whole: Record<string, unknown> = { ...said }
  for (const [field, value] of Object.entries(JSON.parse(extras) as Record<string, unknown>)) {
    if (value === null) delete whole[field]
    else whole[field] = value
  }
  return whole as unknown as StoredHit
}

/**
 * Which of several rows of one fact stays, the greatest: of a retry what was received first counts. At the same millisecond it is
 * the same one everywhere, told by a hash, since 20 bits hold no order of texts.
 */
export function versionOf(fact: StoredHit): string {
  const hash = createHash('sha256').update(JSON.stringify(fact)).digest().readUInt32BE() >>> (32 - Number(hashBits))
  const age = Math.min(Math.max(beyondReceived - Math.floor(fact.received), 0), beyondReceived)
  return String((BigInt(age) << hashBits) | BigInt(hash))
}

function encodeField(row: FactRow, field: keyof StoredHit, value: unknown): void {
  switch (columnKinds[field]) {
    case 'moment':
      row[field] = Number.isSafeInteger(value) ? value : Math.floor(Number(value)) || 0
      return
    case 'number':
      row[field] = typeof value === 'number' && Number.isFinite(value) ? value : null
      return
    case 'flag':
      row[field] = typeof value === 'boolean' ? value : null
      return
    case 'map':
      row[field] = Object.fromEntries(Object.entries(value ?? {}).map(([name, each]) => [toText(name), toText(String(each))]))
      return
    case 'money': {
      const { amount, currency } = (value ?? {}) as { amount?: unknown; currency?: unknown }
      row[`${field}Amount`] = toText(amount)
      row[`${field}Currency`] = toText(currency)
      return
    }
    default:
      row[field] = toText(value)
  }
}

/** UTF-8 has no form for halves of surrogate pairs. */
function toText(value: unknown): string {
  if (typeof value !== 'string') return ''
  return /[\uD800-\uDFFF]/.test(value) ? Buffer.from(value).toString() : value
}

function decodeColumns(row: FactRow): StoredHit {
  const fact: Record<string, unknown> = {}
  for (const field of fields) {
    const value = decodeField(row, field)
    if (value !== undefined) fact[field] = value
  }
  return fact as unknown as StoredHit
}

function decodeField(row: FactRow, field: keyof StoredHit): unknown {
  const value = row[field]
  switch (columnKinds[field]) {
    case 'moment':
      return Number(value)
    case 'number':
    case 'flag':
      return value ?? undefined
    case 'map':
      return value === undefined || Object.keys(value as object).length === 0 ? undefined : { ...(value as object) }
    case 'money':
      return decodeMoney(row[`${field}Amount`], row[`${field}Currency`])
    default:
      return value === '' && !required.has(field) ? undefined : value
  }
}

function decodeMoney(amount: unknown, currency: unknown): unknown {
  return amount === '' && currency === '' ? undefined : { amount, currency }
}

/** Fields that are said otherwise than they are; null for what is said and is not there. */
function unsaid(fact: StoredHit, said: StoredHit): Record<string, unknown> {
  const [is, says] = [fact as unknown as Record<string, unknown>, said as unknown as Record<string, unknown>]
  const names = new Set([...Object.keys(is), ...Object.keys(says)])
  return Object.fromEntries([...names].filter((name) => !isDeepStrictEqual(is[name], says[name])).map((name) => [name, is[name] ?? null]))
}
