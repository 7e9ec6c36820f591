import type { PropValue } from '@treadlight/protocol'
import { numberOf, revenueOf } from '../../dialects/textOf.ts'
import { browserName, countryCode, deviceName, regionCode, systemName } from '../deviceNames.ts'
import type { ImportedHit, ImportFile, ImportFormat, ImportHead, ImportInput, ImportPiece } from '../importFormat.ts'
import { noHost, pageAddress } from '../pageAddress.ts'
import { columnsOf, hitOf, readTables, type Cells, type ReadRow } from '../readTable.ts'
import { readTime } from '../readTime.ts'

/**
 * Umami's events: `website_event.csv` of the cloud's export, where each row has its session's columns; the tables of a
 * server of one's own (`website_event`, `session`, `event_data`), each as CSV; and those of Umami 1 (`pageview`, `event`).
 * What is said of sessions and of properties is held in memory, some 200 bytes a row.
 */
export const umami: ImportFormat = {
  name: 'umami',
  title: "Umami: the zip of its cloud, or its tables website_event, session and event_data as CSV",
  detects: (file) => kindOf(file) !== undefined,
  read,
}

type Kind = 'events' | 'sessions' | 'properties'
/** What a table says of a session, by its columns. */
type SessionCells = ReadonlyMap<string, string>

const sessionColumns = ['hostname', 'browser', 'os', 'device', 'screen', 'language', 'country', 'region', 'subdivision1', 'city', 'distinct_id'] as const

function kindOf(file: Pick<ImportHead, 'text'>): Kind | undefined {
  const columns = new Set(columnsOf(file))
  if (!columns.has('website_id')) return undefined
  if (columns.has('data_key') || columns.has('event_key')) return columns.has('event_id') || columns.has('website_event_id') ? 'properties' : undefined
  if (!columns.has('session_id') || !columns.has('created_at')) return undefined
  if (columns.has('url_path') || columns.has('url')) return 'events'
  return columns.has('browser') ? 'sessions' : undefined
}

async function* read(input: ImportInput): AsyncGenerator<ImportPiece> {
  const of = (kind: Kind) => input.files.filter((file) => kindOf(file) === kind)
  const sessions = await readSessions(of('sessions'), input)
  const properties = await readProperties(of('properties'), input)
  const kinds = input.files.map(kindOf)
  if (of('events').length === 0) throw new Error(`[treadlight import] ${input.files.map(({ name }) => name).join(', ')}: no table of events is there, with the columns website_id, session_id, created_at and url_path`)
  for await (const piece of readTables(input, umami, (cells, file) => (kinds[input.files.indexOf(file)] === 'events' ? readEvent(cells, input, sessions, properties) : []))) yield piece
}

async function readSessions(files: readonly ImportFile[], input: ImportInput): Promise<Map<string, SessionCells>> {
  const sessions = new Map<string, SessionCells>()
  await readAll(files, input, (cells) => {
    const said = sessionColumns.flatMap((name) => (cells(name) === '' ? [] : [[name, cells(name)] as const]))
    sessions.set(cells('session_id'), new Map(said))
  })
  return sessions
}

async function readProperties(files: readonly ImportFile[], input: ImportInput): Promise<Map<string, Record<string, PropValue>>> {
  const properties = new Map<string, Record<string, PropValue>>()
  await readAll(files, input, (cells) => {
    const id = cells('website_event_id') || cells('event_id')
    const key = cells('data_key') || cells('event_key')
    const value = valueOf(cells)
    if (key !== '' && value !== undefined) properties.set(id, { ...properties.get(id), [key]: value })
  })
  return properties
}

async function readAll(files: readonly ImportFile[], input: ImportInput, take: (cells: Cells) => void): Promise<void> {
  const pieces = readTables({ ...input, files, from: undefined }, umami, (cells) => {
    take(cells)
    return []
  })
  for await (const _ of pieces);
}

/** `data_type` is 1 for texts, 2 numbers, 3 truth (as text), 4 dates, 5 lists. Of numbers four places are kept there. */
function valueOf(cells: Cells): PropValue | undefined {
  const text = cells('string_value')
  if (cells('data_type') === '3' && (text === 'true' || text === 'false')) return text === 'true'
  if (cells('data_type') === '2') return numberOf(cells('number_value')) ?? numberOf(text)
  return text || numberOf(cells('number_value')) || cells('date_value') || undefined
}

function readEvent(cells: Cells, { host }: ImportInput, sessions: ReadonlyMap<string, SessionCells>, properties: ReadonlyMap<string, Record<string, PropValue>>): ReadRow {
  const type = cells('event_type')
  const name = cells('event_name') || cells('event_value')
  // 3 and 4 are its short links and pixels, 5 the vitals of a page.
  if (!['', '1', '2', 'pageview', 'event'].includes(type) && name === '') return { skip: 'no page view and no event' }
  if (type === '5') return { skip: 'no page view and no event' }
  const time = readTime(cells('created_at'), 'UTC')
  if (time === undefined) return { problem: 'created_at is no time' }
  const its = sessions.get(cells('session_id'))
  const say: Cells = (column) => cells(column) || its?.get(column) || ''
  const url = pageAddress(withQuery(cells('url_path') || cells('url') || '/', cells('url_query')), say('hostname'), host)
  if (url === undefined) return { problem: noHost }
  const id = cells('event_id') || cells('view_id') || cells('event_uuid')
  const isEvent = type === '2' || name !== ''
  return {
    hit: hitOf({
      time,
      url,
      type: isEvent ? 'event' : 'pageview',
      // Umami 1 numbers views and events apart, in each of its databases.
      key: id && `${isEvent ? 'event' : 'view'} ${cells('website_id')} ${id}`,
      name: isEvent ? name || '(no name)' : undefined,
      title: cells('page_title') || cells('title'),
      referrer: referrerOf(cells, url),
      session: cells('visit_id') || cells('session_id'),
      visitor: cells('session_id'),
      user: say('distinct_id'),
      screen: say('screen'),
      language: say('language'),
      ...deviceOf(say),
      ...placeOf(say),
      ...propsOf(properties.get(id), cells('tag')),
    }),
  }
}

function withQuery(path: string, query: string): string {
  return query === '' || path.includes('?') ? path : `${path}${query.startsWith('?') ? '' : '?'}${query}`
}

function referrerOf(cells: Cells, url: string): string {
  const [domain, path, query] = [cells('referrer_domain'), cells('referrer_path'), cells('referrer_query')]
  if (domain !== '') return withQuery(`https://${domain}${path === '' || path.startsWith('/') ? path || '/' : `/${path}`}`, query)
  // A page of the site has no host there, and is a path in Umami 1.
  const own = path || cells('referrer')
  return own.startsWith('/') ? `${new URL(url).origin}${withQuery(own, query)}` : own
}

function deviceOf(say: Cells): Partial<ImportedHit> {
  return { browser: browserName(say('browser')), ...systemName(say('os')), device: deviceName(say('device')) } as Partial<ImportedHit>
}

function placeOf(say: Cells): Partial<ImportedHit> {
  const country = countryCode(say('country'))
  return { country, region: regionCode(country, say('region') || say('subdivision1')), city: say('city') } as Partial<ImportedHit>
}

/** Of what an event brought, `revenue` and `currency` are Umami's own words. */
function propsOf(said: Record<string, PropValue> | undefined, tag: string): Partial<ImportedHit> {
  const { revenue: amount, currency, ...others } = { ...said }
  const revenue = revenueOf(amount, currency)
  const props = { ...(tag !== '' && { tag }), ...(revenue === undefined ? said : others) }
  return { ...(Object.keys(props).length > 0 && { props }), ...(revenue !== undefined && { revenue }) }
}
