import type { HitType, NavigationType, PropValue } from '@treadlight/protocol'
import type { Device, Origin, StoredHit } from '../hit.ts'
import type { SegmentGroup } from './openSegment.ts'
import { readBooleans, readNumbers, readText, readUuids, type TextColumn, type UuidColumn } from './readChunk.ts'
import type { ColumnName } from './schema.ts'
import { formatUuids, uuidLength } from './uuid.ts'

type Text = (row: number) => string

/** The facts of a row group, or those in the rows of it that are wanted. */
export function readHits(group: SegmentGroup): StoredHit[] {
  const hits = readRequired(group)
  addOptional(group, hits)
  return layExtras(group, hits)
}

/** Always the same fields in the same order: hits of one shape are cheaper for everybody who handles many. */
function readRequired(group: SegmentGroup): StoredHit[] {
  const { site, day } = group.segment
  const rows = countRows(group)
  const text = (name: ColumnName): Text => textOf(readText(group, name))
  const ids = readIds(group, 'id')
  const origin = text('origin') as (row: number) => Origin
  const type = text('type') as (row: number) => HitType
  const time = readNumbers(group, 'time')
  const delay = readNumbers(group, 'delay')
  const views = readIds(group, 'view')
  const hostname = text('hostname')
  const path = text('path')
  const url = readText(group, 'url')
  const title = text('title')
  const referrer = text('referrer')
  const referrerHost = text('referrerHost')
  const source = text('source')
  const medium = text('medium')
  const campaign = text('campaign')
  const visitor = text('visitor')
  const session = text('session')
  const user = text('user')
  const urlOf = deriveUrl(url, hostname, path)
  const hits: StoredHit[] = []
  for (let row = 0; row < rows; row++) {
    const id = ids[row] ?? ''
    const its = type(row)
    hits.push({
      site,
      id,
      origin: origin(row),
      type: its,
      day,
      time: time[row]!,
      received: time[row]! + delay[row]!,
      view: views[row] ?? (its === 'pageview' ? id : ''),
      url: urlOf(row),
      title: title(row),
      referrer: referrer(row),
      hostname: hostname(row),
      path: path(row),
      referrerHost: referrerHost(row),
      source: source(row),
      medium: medium(row),
      campaign: campaign(row),
      visitor: visitor(row),
      session: session(row),
      user: user(row),
    })
  }
  return hits
}

function countRows({ picked, rows }: SegmentGroup): number {
  return picked?.length ?? rows
}

function textOf({ values, codes }: TextColumn): Text {
  // A field that is not optional has no null; one that a hit lacks all the same is left undefined.
  return (row) => values[codes[row]!]!
}

export function readIds(group: SegmentGroup, name: 'id' | 'view'): (string | undefined)[] {
  const { bytes, levels }: UuidColumn = readUuids(group, name)
  const text = formatUuids(bytes)
  const ids: (string | undefined)[] = []
  let offset = 0
  const rows = countRows(group)
  for (let row = 0; row < rows; row++) {
    if (levels?.[row] === 0) ids.push(undefined)
    else ids.push(text.toString('latin1', offset, (offset += uuidLength)))
  }
  return ids
}

/** Equal addresses of rows that follow each other are one string. */
function deriveUrl({ values, codes }: TextColumn, hostname: Text, path: Text): Text {
  let lastHost = ''
  const byPath = new Map<string, string>()
  return (row) => {
    const url = values[codes[row]!]
    if (url !== undefined) return url
    const host = hostname(row)
    if (host !== lastHost) byPath.clear()
    lastHost = host
    let derived = byPath.get(path(row))
    if (derived === undefined) byPath.set(path(row), (derived = `https://${host}${path(row)}`))
    return derived
  }
}

/** Column by column in the order of the fields, so that hits with the same fields have the same shape. */
function addOptional(group: SegmentGroup, hits: StoredHit[]): void {
  eachText(group, 'name', (row, value) => (hits[row]!.name = value))
  eachText(group, 'props', (row, value) => (hits[row]!.props = JSON.parse(value) as Record<string, PropValue>))
  eachNumber(group, 'engaged', (row, value) => (hits[row]!.engaged = value))
  eachNumber(group, 'engagedDelta', (row, value) => (hits[row]!.engagedDelta = value))
  eachNumber(group, 'scroll', (row, value) => (hits[row]!.scroll = value))
  eachText(group, 'screen', (row, value) => (hits[row]!.screen = value))
  eachText(group, 'timezone', (row, value) => (hits[row]!.timezone = value))
  eachText(group, 'navigation', (row, value) => (hits[row]!.navigation = value as NavigationType))
  eachBoolean(group, 'interactive', (row, value) => (hits[row]!.interactive = value))
  eachBoolean(group, 'webdriver', (row, value) => (hits[row]!.webdriver = value))
  eachBoolean(group, 'forwarding', (row, value) => (hits[row]!.forwarding = value))
  const currency = readText(group, 'revenueCurrency')
  eachText(group, 'revenueAmount', (row, amount) => {
    hits[row]!.revenue = { amount, currency: currency.values[currency.codes[row]!]! }
  })
  eachText(group, 'language', (row, value) => (hits[row]!.language = value))
  eachText(group, 'term', (row, value) => (hits[row]!.term = value))
  eachText(group, 'content', (row, value) => (hits[row]!.content = value))
  eachText(group, 'clickIds', (row, value) => (hits[row]!.clickIds = JSON.parse(value) as Record<string, string>))
  eachText(group, 'channel', (row, value) => (hits[row]!.channel = value))
  eachText(group, 'browser', (row, value) => (hits[row]!.browser = value))
  eachText(group, 'browserVersion', (row, value) => (hits[row]!.browserVersion = value))
  eachText(group, 'os', (row, value) => (hits[row]!.os = value))
  eachText(group, 'osVersion', (row, value) => (hits[row]!.osVersion = value))
  eachText(group, 'device', (row, value) => (hits[row]!.device = value as Device))
  eachText(group, 'country', (row, value) => (hits[row]!.country = value))
  eachText(group, 'region', (row, value) => (hits[row]!.region = value))
  eachText(group, 'city', (row, value) => (hits[row]!.city = value))
  eachText(group, 'address', (row, value) => (hits[row]!.address = value))
}

function eachText(group: SegmentGroup, name: ColumnName, set: (row: number, value: string) => void): void {
  const { values, codes } = readText(group, name)
  if (values.length === 1 && values[0] === undefined) return
  for (let row = 0; row < codes.length; row++) {
    const value = values[codes[row]!]
    if (value !== undefined) set(row, value)
  }
}

function eachNumber(group: SegmentGroup, name: ColumnName, set: (row: number, value: number) => void): void {
  const numbers = readNumbers(group, name)
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row]!
    if (!Number.isNaN(value)) set(row, value)
  }
}

function eachBoolean(group: SegmentGroup, name: ColumnName, set: (row: number, value: boolean) => void): void {
  readBooleans(group, name)?.forEach((flag, row) => {
    if (flag !== 2) set(row, flag === 1)
  })
}

function layExtras(group: SegmentGroup, hits: StoredHit[]): StoredHit[] {
  eachText(group, 'extra', (row, value) => {
    // Spread makes an own field of any name, `__proto__` too.
    hits[row] = { ...hits[row]!, ...(JSON.parse(value) as Partial<StoredHit>) }
  })
  return hits
}
