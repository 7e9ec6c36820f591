import type { HitType, NavigationType, PropValue, Revenue } from '@treadlight/protocol'
import type { Device, Origin, StoredHit } from '../hit.ts'
import type { FactParts } from '../sessionIndex/columnsOfParts.ts'
import { personsOfTexts } from '../sessionIndex/personNumbers.ts'
import type { Steps } from '../steps.ts'
import type { Column, Rows } from './column.ts'
import { encodeConstant, encodeDay } from './constantColumn.ts'
import { isInOrder, unsaidOf, type Extra } from './extras.ts'
import { DelayColumn, FlagColumn, IntegerColumn, TimeColumn } from './numberColumns.ts'
import type { ColumnName } from './schema.ts'
import type { SectionReader, SectionWriter } from './sections.ts'
import { TextColumn } from './textColumn.ts'
import { UuidColumn } from './uuidColumn.ts'
import type { ChunkData } from './writeChunk.ts'

/**
 * Facts of one site and home day by the column: how they are held in memory until they are in a segment, and what it is
 * written from. Rows are numbered from 0 in the order in which they were added.
 */
export interface FactColumns {
  readonly site: string
  readonly day: string
  readonly size: number
  readonly ids: UuidColumn
  /** @returns its row */
  add(fact: StoredHit): number
  /** The fact, made anew: fields and their order are those that were added. */
  fact(row: number): StoredHit
  /** Whether the columns do not say it all. */
  isOdd(row: number): boolean
  /** A field of a row, without making the fact; undefined if it has none. */
  text(name: 'id' | 'origin' | 'user' | 'session' | 'visitor', row: number): string | undefined
  /** The fields that tell whose it is, without making the fact. */
  person(row: number): Pick<StoredHit, 'day' | 'id' | 'time' | 'user' | 'session' | 'visitor'>
  time(row: number): number
  received(row: number): number
  /** For each row the place of its visitor among theirs: see `TextColumn.rank`. */
  rankVisitors(rows: Rows): Steps<Uint32Array>
  encode(name: ColumnName, rows: Rows): ChunkData
  /** All rows by the column; undefined where the columns do not say all of every fact. */
  parts(): FactParts | undefined
  /** Writes these rows to `out`. */
  pack(rows: Rows, out: SectionWriter): Steps<PackedColumns>
}

/** What is to be known of packed rows to read them again, JSON. */
export interface PackedColumns {
  rows: number
  /** Of each column in the order of `packedNames` what `Column.pack` said; null where no row has a value. */
  columns: unknown[]
  /** The facts that the columns do not say exactly, by their row. */
  odd: [row: number, fact: StoredHit][]
}

type HeldColumn = Exclude<ColumnName, 'site' | 'day' | 'extra'>

/** @param packed rows to begin with @throws RangeError where these are not what was packed */
export function createFactColumns(site: string, day: string, packed?: { said: PackedColumns; from: SectionReader }): FactColumns {
  const columns = createColumns()
  const head = { site, day }
  let size = packed?.said.rows ?? 0
  /** Facts that the columns do not say exactly, and what they lack of them. */
  const odd = new Map<number, { fact: StoredHit; unsaid: Extra | undefined }>()
  if (packed !== undefined) unpack(packed.said, packed.from)

  function unpack(said: PackedColumns, from: SectionReader): void {
    for (const [index, name] of packedNames.entries()) {
      const how = said.columns[index] ?? undefined
      if (how !== undefined) columns[name].unpack(how, from, size)
    }
    for (const [row, fact] of said.odd) odd.set(row, { fact, unsaid: unsaidOf(fact, make(columns, head, row)) })
  }

  return {
    site,
    day,
    get size() {
      return size
    },
    ids: columns.id,
    add(fact) {
      const row = size++
      if (fill(columns, fact, row) && fact.site === site && fact.day === day && isInOrder(fact)) return row
      odd.set(row, { fact: { ...fact }, unsaid: unsaidOf(fact, make(columns, head, row)) })
      return row
    },
    fact: (row) => odd.get(row)?.fact ?? make(columns, head, row),
    isOdd: (row) => odd.has(row),
    text: (name, row) => (odd.size === 0 ? undefined : odd.get(row)?.fact[name]) ?? columns[name].get(row),
    person: (row) =>
      odd.get(row)?.fact ?? {
        day,
        id: columns.id.get(row)!,
        time: columns.time.get(row)!,
        user: columns.user.get(row)!,
        session: columns.session.get(row)!,
        visitor: columns.visitor.get(row)!,
      },
    time: (row) => columns.time.get(row) ?? odd.get(row)?.fact.time ?? NaN,
    received: (row) => odd.get(row)?.fact.received ?? columns.time.get(row)! + columns.delay.get(row)!,
    rankVisitors: (rows) => columns.visitor.rank(rows),
    parts() {
      for (const { unsaid } of odd.values()) if (unsaid !== undefined) return undefined
      const [rows, ids, views] = [size, columns.id.raw(size), columns.view.raw(size)]
      return {
        rows,
        text: (field) => columns[field].coded(rows),
        persons: (field) => personsOfTexts(columns[field].coded(rows)),
        number: (field) => columns[field].floats(rows),
        isPassive: columns.interactive.falses(rows),
        ids: ids.words,
        views: views.words,
        hasView: views.present,
      }
    },
    encode(name, rows) {
      if (name === 'site') return encodeConstant(rows.length, site)
      if (name === 'day') return encodeDay(rows.length, day)
      if (name !== 'extra') return columns[name].encode(rows)
      const extras = new TextColumn()
      for (let at = 0; at < rows.length && odd.size > 0; at++) {
        const unsaid = odd.get(rows[at]!)?.unsaid
        if (unsaid !== undefined) extras.set(at, JSON.stringify(unsaid))
      }
      return extras.encode(rows.map((_, at) => at))
    },
    *pack(rows, out) {
      const said: PackedColumns = { rows: rows.length, columns: [], odd: [] }
      for (const name of packedNames) {
        said.columns.push(columns[name].pack(rows, out))
        yield
      }
      for (let at = 0; at < rows.length && odd.size > 0; at++) {
        const its = odd.get(rows[at]!)
        if (its !== undefined) said.odd.push([at, its.fact])
      }
      return said
    },
  }
}

function createColumns() {
  return {
    id: new UuidColumn(),
    origin: new TextColumn(),
    type: new TextColumn(),
    time: new TimeColumn(),
    delay: new DelayColumn(),
    view: new UuidColumn(),
    hostname: new TextColumn(),
    path: new TextColumn(),
    url: new TextColumn(),
    title: new TextColumn(),
    referrer: new TextColumn(),
    referrerHost: new TextColumn(),
    source: new TextColumn(),
    medium: new TextColumn(),
    campaign: new TextColumn(),
    visitor: new TextColumn(),
    session: new TextColumn(),
    user: new TextColumn(),
    name: new TextColumn(),
    props: new TextColumn(),
    engaged: new IntegerColumn(),
    engagedDelta: new IntegerColumn(),
    scroll: new IntegerColumn(),
    screen: new TextColumn(),
    language: new TextColumn(),
    timezone: new TextColumn(),
    navigation: new TextColumn(),
    interactive: new FlagColumn(),
    webdriver: new FlagColumn(),
    forwarding: new FlagColumn(),
    revenueAmount: new TextColumn(),
    revenueCurrency: new TextColumn(),
    term: new TextColumn(),
    content: new TextColumn(),
    clickIds: new TextColumn(),
    channel: new TextColumn(),
    browser: new TextColumn(),
    browserVersion: new TextColumn(),
    os: new TextColumn(),
    osVersion: new TextColumn(),
    device: new TextColumn(),
    country: new TextColumn(),
    region: new TextColumn(),
    city: new TextColumn(),
    address: new TextColumn(),
  } satisfies Record<HeldColumn, Column<string> | Column<number> | Column<boolean>>
}

type Columns = ReturnType<typeof createColumns>

/** The columns in the order in which they are packed. */
export const packedNames: readonly HeldColumn[] = Object.keys(createColumns()) as HeldColumn[]

/**
 * A line for each field, here and below: engines make fast code of fields that are read by their
 * names, and slow code of a loop over a list of names. Each hit goes through `fill`, and through `make` whenever it is asked for.
 *
 * @returns whether every column could hold what it was given
 */
function fill(columns: Columns, fact: StoredHit, row: number): boolean {
  // All are filled, also behind one that could not.
  let exact = columns.id.set(row, fact.id)
  exact = columns.origin.set(row, fact.origin) && exact
  exact = columns.type.set(row, fact.type) && exact
  exact = columns.time.set(row, fact.time) && exact
  exact = columns.delay.set(row, delayOf(fact)) && exact
  exact = columns.view.set(row, viewOf(fact)) && exact
  exact = columns.hostname.set(row, fact.hostname) && exact
  exact = columns.path.set(row, fact.path) && exact
  exact = columns.url.set(row, isDerived(fact) ? undefined : fact.url) && exact
  exact = columns.title.set(row, fact.title) && exact
  exact = columns.referrer.set(row, fact.referrer) && exact
  exact = columns.referrerHost.set(row, fact.referrerHost) && exact
  exact = columns.source.set(row, fact.source) && exact
  exact = columns.medium.set(row, fact.medium) && exact
  exact = columns.campaign.set(row, fact.campaign) && exact
  exact = columns.visitor.set(row, fact.visitor) && exact
  exact = columns.session.set(row, fact.session) && exact
  exact = columns.user.set(row, fact.user) && exact
  exact = columns.name.set(row, fact.name) && exact
  exact = columns.props.set(row, fact.props === undefined ? undefined : JSON.stringify(fact.props)) && exact
  exact = columns.engaged.set(row, fact.engaged) && exact
  exact = columns.engagedDelta.set(row, fact.engagedDelta) && exact
  exact = columns.scroll.set(row, fact.scroll) && exact
  exact = columns.screen.set(row, fact.screen) && exact
  exact = columns.language.set(row, fact.language) && exact
  exact = columns.timezone.set(row, fact.timezone) && exact
  exact = columns.navigation.set(row, fact.navigation) && exact
  exact = columns.interactive.set(row, fact.interactive) && exact
  exact = columns.webdriver.set(row, fact.webdriver) && exact
  exact = columns.forwarding.set(row, fact.forwarding) && exact
  if (fact.revenue !== undefined) exact = fillRevenue(columns, fact.revenue, row) && exact
  exact = columns.term.set(row, fact.term) && exact
  exact = columns.content.set(row, fact.content) && exact
  exact = columns.clickIds.set(row, fact.clickIds === undefined ? undefined : JSON.stringify(fact.clickIds)) && exact
  exact = columns.channel.set(row, fact.channel) && exact
  exact = columns.browser.set(row, fact.browser) && exact
  exact = columns.browserVersion.set(row, fact.browserVersion) && exact
  exact = columns.os.set(row, fact.os) && exact
  exact = columns.osVersion.set(row, fact.osVersion) && exact
  exact = columns.device.set(row, fact.device) && exact
  exact = columns.country.set(row, fact.country) && exact
  exact = columns.region.set(row, fact.region) && exact
  exact = columns.city.set(row, fact.city) && exact
  return columns.address.set(row, fact.address) && exact
}

/** @returns whether the two columns say it all */
function fillRevenue(columns: Columns, revenue: Revenue, row: number): boolean {
  const amount = columns.revenueAmount.set(row, revenue?.amount)
  const currency = columns.revenueCurrency.set(row, revenue?.currency)
  return amount && currency && Object.keys(revenue ?? {}).join() === 'amount,currency'
}

/** The fact as the columns have it, its fields in the order that all facts have: see `isInOrder`. */
function make(columns: Columns, { site, day }: Pick<StoredHit, 'site' | 'day'>, row: number): StoredHit {
  const id = columns.id.get(row)!
  const type = columns.type.get(row) as HitType
  const time = columns.time.get(row) ?? NaN
  const hostname = columns.hostname.get(row)!
  const path = columns.path.get(row)!
  const fact: StoredHit = {
    site,
    id,
    origin: columns.origin.get(row) as Origin,
    type,
    day,
    time,
    received: time + (columns.delay.get(row) ?? NaN),
    view: columns.view.get(row) ?? (type === 'pageview' ? id : ''),
    url: columns.url.get(row) ?? `${scheme}${hostname}${path}`,
    title: columns.title.get(row)!,
    referrer: columns.referrer.get(row)!,
    hostname,
    path,
    referrerHost: columns.referrerHost.get(row)!,
    source: columns.source.get(row)!,
    medium: columns.medium.get(row)!,
    campaign: columns.campaign.get(row)!,
    visitor: columns.visitor.get(row)!,
    session: columns.session.get(row)!,
    user: columns.user.get(row)!,
  }
  const name = columns.name.get(row)
  if (name !== undefined) fact.name = name
  const props = columns.props.get(row)
  if (props !== undefined) fact.props = JSON.parse(props) as Record<string, PropValue>
  const engaged = columns.engaged.get(row)
  if (engaged !== undefined) fact.engaged = engaged
  const engagedDelta = columns.engagedDelta.get(row)
  if (engagedDelta !== undefined) fact.engagedDelta = engagedDelta
  const scroll = columns.scroll.get(row)
  if (scroll !== undefined) fact.scroll = scroll
  const screen = columns.screen.get(row)
  if (screen !== undefined) fact.screen = screen
  const timezone = columns.timezone.get(row)
  if (timezone !== undefined) fact.timezone = timezone
  const navigation = columns.navigation.get(row)
  if (navigation !== undefined) fact.navigation = navigation as NavigationType
  const interactive = columns.interactive.get(row)
  if (interactive !== undefined) fact.interactive = interactive
  const webdriver = columns.webdriver.get(row)
  if (webdriver !== undefined) fact.webdriver = webdriver
  const forwarding = columns.forwarding.get(row)
  if (forwarding !== undefined) fact.forwarding = forwarding
  const amount = columns.revenueAmount.get(row)
  if (amount !== undefined) fact.revenue = { amount, currency: columns.revenueCurrency.get(row)! }
  const language = columns.language.get(row)
  if (language !== undefined) fact.language = language
  const term = columns.term.get(row)
  if (term !== undefined) fact.term = term
  const content = columns.content.get(row)
  if (content !== undefined) fact.content = content
  const clickIds = columns.clickIds.get(row)
  if (clickIds !== undefined) fact.clickIds = JSON.parse(clickIds) as Record<string, string>
  const channel = columns.channel.get(row)
  if (channel !== undefined) fact.channel = channel
  const browser = columns.browser.get(row)
  if (browser !== undefined) fact.browser = browser
  const browserVersion = columns.browserVersion.get(row)
  if (browserVersion !== undefined) fact.browserVersion = browserVersion
  const os = columns.os.get(row)
  if (os !== undefined) fact.os = os
  const osVersion = columns.osVersion.get(row)
  if (osVersion !== undefined) fact.osVersion = osVersion
  const device = columns.device.get(row)
  if (device !== undefined) fact.device = device as Device
  const country = columns.country.get(row)
  if (country !== undefined) fact.country = country
  const region = columns.region.get(row)
  if (region !== undefined) fact.region = region
  const city = columns.city.get(row)
  if (city !== undefined) fact.city = city
  const address = columns.address.get(row)
  if (address !== undefined) fact.address = address
  return fact
}

/** Undefined where the view goes without saying. */
function viewOf(fact: StoredHit): string | undefined {
  return fact.view === (fact.type === 'pageview' ? fact.id : '') ? undefined : fact.view
}

/** NaN where the sum would not lead back: the difference of fractions need not. */
function delayOf({ time, received }: StoredHit): number {
  const delay = received - time
  return Number.isSafeInteger(time) && time + delay === received ? delay : NaN
}

const scheme = 'https://'

function isDerived({ url, hostname, path }: StoredHit): boolean {
  return (
    url?.length === scheme.length + hostname?.length + path?.length &&
    url.endsWith(path) &&
    url.startsWith(scheme) &&
    url.startsWith(hostname, scheme.length)
  )
}
