import type { SchemaElement } from 'hyparquet'
import { exportColumns, type ColumnKind } from './columns.ts'

/** Digits behind the point of an amount, at most 6 as it crosses the wire; before it there are 15. */
const scale = 6
const precision = 21

const text: Partial<SchemaElement> = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }

/** A time has no logical type: so readers take it for one in UTC that needs no time zone to be shown. */
const types: Readonly<Record<ColumnKind, Partial<SchemaElement>>> = {
  text,
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  day: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  number: { type: 'DOUBLE' },
  decimal: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 9, converted_type: 'DECIMAL', logical_type: { type: 'DECIMAL', precision, scale }, precision, scale },
  boolean: { type: 'BOOLEAN' },
}

/** What each column is in Parquet. Every one may be null: where a hit has no such field, or something that is none of its type. */
export const parquetSchema: SchemaElement[] = [
  { name: 'hit', num_children: exportColumns.length },
  ...exportColumns.map(({ name, kind }) => elementOf(name, types[kind])),
]

function elementOf(name: string, type: Partial<SchemaElement>): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...type }
}

/** A value as the writer takes it for a column of that kind. */
export const parquetValues: Readonly<Record<ColumnKind, (value: unknown) => unknown>> = {
  text: (value) => (typeof value === 'string' ? value.toWellFormed() : undefined),
  json: (value) => value,
  time: (value) => (Number.isSafeInteger(Math.floor(value as number)) ? BigInt(Math.floor(value as number)) : undefined),
  day: dayNumber,
  number: (value) => (typeof value === 'number' ? value : undefined),
  decimal: unscaled,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
}

/** Days since 1970. */
function dayNumber(value: unknown): number | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(String(value)) ? Date.parse(`${String(value)}T00:00:00Z`) : NaN
  return Number.isNaN(time) ? undefined : time / 86_400_000
}

/** Millionths, exactly. */
function unscaled(value: unknown): bigint | undefined {
  const [, sign = '', whole, decimals = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(String(value)) ?? []
  return whole === undefined ? undefined : BigInt(`${sign}${whole}${decimals.padEnd(scale, '0')}`)
}
