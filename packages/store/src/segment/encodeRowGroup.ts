import type { Revenue } from '@treadlight/protocol'
import type { ColumnChunk, RowGroup } from 'hyparquet'
import type { ByteWriter } from 'hyparquet-writer'
import type { StoredHit } from '../hit.ts'
import type { Steps } from '../steps.ts'
import type { ColumnBuilder, OnInexact, ReadValue } from './columnBuilder.ts'
import { encodeConstant, encodeDay } from './constantColumn.ts'
import { addExtra, addUnknownFields, type Extras } from './extras.ts'
import { createBooleanBuilder, createIntegerBuilder, createTimeBuilder } from './numberBuilders.ts'
import { columns, type ColumnName } from './schema.ts'
import { createTextBuilder } from './textBuilder.ts'
import { createUuidBuilder } from './uuidBuilder.ts'
import { writeChunk, type ChunkData } from './writeChunk.ts'

/** What all hits of a segment have in common. */
export interface SegmentHead {
  site: string
  day: string
}

/** Rows that all columns take up in turn: some 200 kB of hits. */
const blockSize = 256

/** Writes facts that are sorted, at most `rowGroupSize` of them. */
export function* encodeRowGroup(writer: ByteWriter, facts: readonly StoredHit[], head: SegmentHead): Steps<RowGroup> {
  const start = writer.offset
  const rows = facts.length
  const extras: Extras = new Map()
  const builders = createBuilders(rows, extras)
  for (let at = 0; at < rows; at += blockSize) {
    const block = facts.slice(at, at + blockSize)
    addForeign(extras, block, at, head)
    addUnknownFields(extras, block, at)
    for (const name in builders) builders[name as BuiltColumn].append(block, at)
    if (at > 0) yield
  }
  const data = (name: ColumnName): ChunkData => {
    if (name === 'site') return encodeConstant(rows, head.site)
    if (name === 'day') return encodeDay(rows, head.day)
    return name === 'extra' ? encodeExtras(rows, extras) : builders[name].finish()
  }
  const chunks: ColumnChunk[] = []
  for (const column of columns) {
    chunks.push(writeChunk(writer, column, data(column.name)))
    if (rows > 10 * blockSize) yield
  }
  return {
    columns: chunks,
    num_rows: BigInt(rows),
    total_byte_size: chunks.reduce((bytes, { meta_data }) => bytes + meta_data!.total_uncompressed_size, 0n),
    total_compressed_size: BigInt(writer.offset - start),
  }
}

/** The columns `site` and `day` are for other readers; ours has both from the footer. */
function addForeign(extras: Extras, block: readonly StoredHit[], start: number, { site, day }: SegmentHead): void {
  for (let index = 0; index < block.length; index++) {
    const hit = block[index]!
    if (hit.site !== site) addExtra(extras, start + index, 'site', hit.site)
    if (hit.day !== day) addExtra(extras, start + index, 'day', hit.day)
  }
}

type BuiltColumn = Exclude<ColumnName, 'site' | 'day' | 'extra'>

/** A function for each field, so that it is read from hits of few shapes; `url` behind what it is derived from. */
function createBuilders(rows: number, extras: Extras): Record<BuiltColumn, ColumnBuilder> {
  const keep =
    (field: string, read: ReadValue<unknown>): OnInexact =>
    (hit, row) =>
      addExtra(extras, row, field, read(hit, row))
  const text = (field: string, read: ReadValue<string>): ColumnBuilder => createTextBuilder(rows, read, keep(field, read))
  const integer = (field: string, read: ReadValue<number>): ColumnBuilder => createIntegerBuilder(rows, read, keep(field, read))
  const flag = (field: string, read: ReadValue<boolean>): ColumnBuilder => createBooleanBuilder(rows, read, keep(field, read))
  return {
    id: createUuidBuilder(rows, (hit) => hit.id, (hit, row) => {
      addExtra(extras, row, 'id', hit.id)
      // A view that is the pageview's own id is null, so it goes with the id.
      addExtra(extras, row, 'view', hit.view)
    }),
    origin: text('origin', (hit) => hit.origin),
    type: text('type', (hit) => hit.type),
    time: createTimeBuilder(rows, (hit) => hit.time, (hit, row) => {
      addExtra(extras, row, 'time', hit.time)
      // The delay says nothing without the time.
      addExtra(extras, row, 'received', hit.received)
    }),
    delay: createIntegerBuilder(rows, delayOf, keep('received', (hit) => hit.received)),
    view: createUuidBuilder(rows, viewOf, keep('view', (hit) => hit.view)),
    hostname: text('hostname', (hit) => hit.hostname),
    path: text('path', (hit) => hit.path),
    // With an extra the host or the path may not be what stands in its column.
    url: text('url', (hit, row) => (isDerived(hit) && !extras.has(row) ? undefined : hit.url)),
    title: text('title', (hit) => hit.title),
    referrer: text('referrer', (hit) => hit.referrer),
    referrerHost: text('referrerHost', (hit) => hit.referrerHost),
    source: text('source', (hit) => hit.source),
    medium: text('medium', (hit) => hit.medium),
    campaign: text('campaign', (hit) => hit.campaign),
    visitor: text('visitor', (hit) => hit.visitor),
    session: text('session', (hit) => hit.session),
    user: text('user', (hit) => hit.user),
    name: text('name', (hit) => hit.name),
    props: text('props', (hit) => (hit.props === undefined ? undefined : JSON.stringify(hit.props))),
    engaged: integer('engaged', (hit) => hit.engaged),
    engagedDelta: integer('engagedDelta', (hit) => hit.engagedDelta),
    scroll: integer('scroll', (hit) => hit.scroll),
    screen: text('screen', (hit) => hit.screen),
    language: text('language', (hit) => hit.language),
    timezone: text('timezone', (hit) => hit.timezone),
    navigation: text('navigation', (hit) => hit.navigation),
    interactive: flag('interactive', (hit) => hit.interactive),
    webdriver: flag('webdriver', (hit) => hit.webdriver),
    revenueAmount: createTextBuilder(rows, (hit, row) => {
      if (hit.revenue !== undefined && !isPlainRevenue(hit.revenue)) addExtra(extras, row, 'revenue', hit.revenue)
      return hit.revenue?.amount
    }),
    revenueCurrency: createTextBuilder(rows, (hit) => hit.revenue?.currency),
    term: text('term', (hit) => hit.term),
    content: text('content', (hit) => hit.content),
    clickIds: text('clickIds', (hit) => (hit.clickIds === undefined ? undefined : JSON.stringify(hit.clickIds))),
    channel: text('channel', (hit) => hit.channel),
    browser: text('browser', (hit) => hit.browser),
    browserVersion: text('browserVersion', (hit) => hit.browserVersion),
    os: text('os', (hit) => hit.os),
    osVersion: text('osVersion', (hit) => hit.osVersion),
    device: text('device', (hit) => hit.device),
    country: text('country', (hit) => hit.country),
    region: text('region', (hit) => hit.region),
    city: text('city', (hit) => hit.city),
    address: text('address', (hit) => hit.address),
  }
}

/** Undefined where the view goes without saying. */
function viewOf(hit: StoredHit): string | undefined {
  return hit.view === (hit.type === 'pageview' ? hit.id : '') ? undefined : hit.view
}

/** NaN where the sum would not lead back: the difference of fractions need not. */
function delayOf({ time, received }: StoredHit): number {
  const delay = received - time
  return Number.isSafeInteger(time) && time + delay === received ? delay : NaN
}

const scheme = 'https://'

function isDerived({ url, hostname, path }: StoredHit): boolean {
  return (
    url.length === scheme.length + hostname.length + path.length &&
    url.endsWith(path) &&
    url.startsWith(scheme) &&
    url.startsWith(hostname, scheme.length)
  )
}

/** Whether the two columns say it all. */
function isPlainRevenue(revenue: Revenue): boolean {
  return Object.keys(revenue).length === 2 && isText(revenue.amount) && isText(revenue.currency)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed()
}

function encodeExtras(rows: number, extras: Extras): ChunkData {
  const builder = createTextBuilder<string>(rows, (extra) => extra)
  for (const [row, extra] of [...extras].sort(([a], [b]) => a - b)) builder.append([JSON.stringify(extra)], row)
  return builder.finish()
}
