import { codeUnitsSql } from './codeUnits.ts'
import type { HitFilter, HitOrderField, HitPageFilter } from '../store.ts'
import { hitsSql, linksSql } from './hitsSql.ts'
import type { Params } from './params.ts'
import type { Tables } from './tables.ts'
import { utcDay } from './utcDay.ts'

/** A home day begins and ends less than this from the same day in UTC: two days in ms. */
const slack = 2 * 86_400_000

/** PV25: as in listHits. */
const searched = ['id', 'user', 'url', 'session', 'source', 'medium'] as const

const equal = ['id', 'type', 'session', 'visitor', 'source', 'medium', 'path'] as const

/** What a listing can be asked for but its `filters`, which ask visits. */
export type ListingFilter = Omit<HitFilter, 'filters' | 'goals' | 'limit'> & Pick<HitPageFilter, 'source' | 'medium' | 'path' | 'name' | 'known'> & {
  /** `YYYY-MM-DD`. @default those that the range may reach */
  days?: { from: string; to: string }
  id?: string
}

/** What tells where a hit stands in a listing. */
const placed = ['day', 'id', 'time', 'user', 'session'] as const

/**
 * The hits that meet a filter, from `FROM` on, with the columns of a place and `whose`: the user that the facts name, or that of a link.
 * @param columns others that are asked for
 */
export function listingSql(tables: Tables, params: Params, filter: ListingFilter, columns: readonly string[] = []): string {
  const { site, from = -Infinity, to = Infinity } = filter
  const days = filter.days ?? { from: utcDay(from - slack), to: utcDay(to + slack) }
  const links = linksSql(tables, params, site)
  const whose = `SELECT *, if(user = '' AND session != '', linkedUser, user) AS whose FROM ${hitsSql(tables, params, { site, days, columns: [...new Set([...placed, ...askedOf(filter), ...columns])] })} AS hits LEFT JOIN ${links} AS links USING session`
  const conditions = conditionsOf(params, filter)
  return `FROM (${whose})${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`
}

function askedOf(filter: ListingFilter): string[] {
  return [...equal.filter((field) => filter[field] !== undefined), ...((filter.search ?? '') === '' ? [] : searched), ...(filter.name === undefined ? [] : ['name'])]
}

function conditionsOf(params: Params, filter: ListingFilter): string[] {
  const { from = -Infinity, to = Infinity, user, known, name, search = '', after, order } = filter
  const conditions: string[] = []
  if (from > -Infinity) conditions.push(`time >= ${moment(params, from)}`)
  if (to < Infinity) conditions.push(`time < ${moment(params, to)}`)
  for (const field of equal) {
    const value = filter[field]
    if (value !== undefined) conditions.push(`${field} = ${params.add('String', value)}`)
  }
  if (user !== undefined) conditions.push(`whose = ${params.add('String', user)}`)
  if (name !== undefined) conditions.push(`name = ${params.add('String', name)}`)
  if (known !== undefined) conditions.push(known ? `whose != ''` : `whose = ''`)
  if (search !== '') conditions.push(contains(params, search))
  if (after !== undefined) conditions.push(`(time, id) ${order === 'oldest' ? '>' : '<'} (${moment(params, after.time)}, ${params.add('String', after.id)})`)
  return conditions
}

/** Whatever the case, as Unicode and JavaScript have it. */
function contains(params: Params, search: string): string {
  const text = params.add('String', search.toLowerCase())
  const found = searched.map((field) => `position(lowerUTF8(${field === 'user' ? 'whose' : field}), ${text}) > 0`)
  return `(${found.join(' OR ')})`
}

/** What is compared with whole ms, as far as 64 bits reach. */
export function moment(params: Params, time: number): string {
  return params.add('Int64', Math.min(Math.max(Math.ceil(time), -8.64e15), 8.64e15))
}

/** The order of a page; what has the same text is the newest first. */
export function pageOrderSql(field: HitOrderField, descending: boolean): string {
  const way = descending ? 'DESC' : 'ASC'
  if (field === 'time') return `time ${way}, id ${way}, day ${way}`
  return `${codeUnitsSql(field === 'user' ? 'whose' : field)} ${way}, time DESC, id DESC, day DESC`
}
