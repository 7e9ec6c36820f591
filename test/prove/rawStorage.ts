import type { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { Link, StoredHit } from '@treadlight/store'
import { decodeCleanValue, parseCleanKey, type CleanValue } from '../../packages/store/src/cleanValue.ts'
import { readFrames } from '../../packages/store/src/frame.ts'
import { fingerprint } from '../../packages/store/src/fingerprint.ts'
import { hashPerson } from '../../packages/store/src/erasure.ts'
import { groupBy } from '../../packages/store/src/groupBy.ts'
import { decodeKept } from '../../packages/store/src/kept/keptValue.ts'
import { hashSought } from '../../packages/store/src/hashSought.ts'
import { parseBatchKey, parseKeptKey, parseShelfKey, parseStamp } from '../../packages/store/src/keys.ts'
import { decodeCopies } from '../../packages/store/src/manifestCopies.ts'
import { decodeManifest, type Manifest, type SegmentFile } from '../../packages/store/src/manifest.ts'
import { decodePacked, parsePackedKey } from '../../packages/store/src/packed/packedValue.ts'
import { decodePersonFilters } from '../../packages/store/src/persons/personValue.ts'
import { rollupDimensions, type Rollup } from '../../packages/store/src/rollup/rollup.ts'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { columnNames } from '../../packages/store/src/sessionIndex/columnNames.ts'
import type { SessionIndex } from '../../packages/store/src/sessionIndex/sessionIndex.ts'
import { openIndexBody, openRollupBody } from '../../packages/store/src/shelfMakers.ts'
import { readShelfValue } from '../../packages/store/src/shelfValue.ts'
import { sourceOf } from '../../packages/store/src/valueSource.ts'

/** What lies in a storage, read without any store. */
export interface RawStorage {
  facts: StoredHit[]
  links: Link[]
  prunings: { at: number; anonymous: number | null; authenticated: number | null }[]
  /** The text of everything, segments decoded: what a search for a person would go through. */
  texts: Map<string, string>
  /** Values that do not decode, and values that nothing needs. */
  faults: string[]
  /** What is derived of segments: by key, the home days and what each was made of. */
  shelf: Map<string, Readonly<Record<string, string>>>
  /** The indexes among it, and the days of which they say what their segments do. */
  indexes: Map<string, { index: SessionIndex; days: string[] }>
  /** By key, the erasures that days were searched for, and the days in which nobody was found, by their fingerprint. */
  clean: Map<string, CleanValue>
  /** Values that a crash cut off: they never counted. */
  torn: string[]
}

/** @param upkept whether upkeep has had all the time it needs, so that nothing may be left over */
export async function readRaw(values: ReadonlyMap<string, Buffer>, upkept: boolean): Promise<RawStorage> {
  const raw: RawStorage = { facts: [], links: [], prunings: [], texts: new Map(), faults: [], shelf: new Map(), indexes: new Map(), clean: new Map(), torn: [] }
  const manifests = new Map<string, Manifest>()
  for (const [key, value] of values) {
    raw.texts.set(key, `${key} ${value.toString('latin1')}`)
    const kind = key.split(':')[1]
    if (kind === 'batch') readBatch(raw, key, value)
    else if (kind === 'manifest') readManifest(raw, manifests, key, value)
    else if (kind === 'catalog') readCopies(raw, key, value)
    else if (kind === 'persons') readPersons(raw, key, value)
    else if (kind === 'packed') readPacked(raw, key, value)
    else if (kind === 'kept') await readKept(raw, key, value)
    else if (kind === 'clean') readClean(raw, key, value)
    else if (kind === 'index' || kind === 'rollup') await readShelf(raw, key, value)
    else if (kind !== 'segment') readMark(raw, key, value)
  }
  await readSegments(raw, values, [...manifests.values()])
  if (upkept) findLeftOvers(raw, values, manifests)
  return raw
}

function readBatch(raw: RawStorage, key: string, value: Buffer): void {
  const { payloads, problems } = readFrames(value)
  if (problems.some(({ reason }) => reason !== 'torn')) raw.faults.push(`${key} is damaged`)
  else if (problems.length > 0 || value.length < (parseBatchKey(key)?.bytes ?? 0)) raw.torn.push(key)
  raw.facts.push(...payloads.flatMap((payload) => payload.toString().split('\n')).filter((line) => line !== '').map((line) => JSON.parse(line) as StoredHit))
}

function readManifest(raw: RawStorage, manifests: Map<string, Manifest>, key: string, value: Buffer): void {
  const manifest = decodeManifest(value)
  if (manifest !== undefined && value.length === parseStamp(key)?.bytes) manifests.set(key, manifest)
  else raw.torn.push(key)
}

function readPersons(raw: RawStorage, key: string, value: Buffer): void {
  if (typeof decodePersonFilters(value) === 'string') raw.torn.push(key)
}

/** Facts that are in batches as well: these count. */
function readPacked(raw: RawStorage, key: string, value: Buffer): void {
  const name = parsePackedKey(key)
  if (name === undefined) return void raw.faults.push(`${key} has no name of ours`)
  const read = decodePacked(value, name.bytes)
  if (typeof read === 'string') return void (value.length < name.bytes ? raw.torn : raw.faults).push(key)
  const facts = read.tables(key.split(':')[0]!).map((table) => JSON.stringify([...table.facts().values()]))
  raw.texts.set(key, `${key} ${JSON.stringify(read.head)} ${facts.join('\n')}`)
}

function readClean(raw: RawStorage, key: string, value: Buffer): void {
  const name = parseCleanKey(key)
  if (name === undefined) return void raw.faults.push(`${key} has no name of ours`)
  const said = decodeCleanValue(value)
  if (typeof said !== 'string' && value.length === name.bytes) raw.clean.set(key, said)
  else raw.torn.push(key)
}

function readCopies(raw: RawStorage, key: string, value: Buffer): void {
  if (decodeCopies(value) === undefined || value.length !== parseStamp(key)?.bytes) raw.torn.push(key)
}

function readMark(raw: RawStorage, key: string, value: Buffer): void {
  if (key.endsWith('-done')) return
  const { payloads, problems } = readFrames(value)
  const [payload] = payloads
  if (payload === undefined || problems.length > 0) return void raw.torn.push(key)
  const mark: unknown = JSON.parse(payload.toString())
  if (key.includes(':link:')) raw.links.push(...(Array.isArray(mark) ? (mark as Link[]) : [mark as Link]))
  else if (key.includes(':pruning:')) raw.prunings.push(mark as RawStorage['prunings'][number])
}

/** What is derived of segments, decoded. */
async function readShelf(raw: RawStorage, key: string, value: Buffer): Promise<void> {
  const name = parseShelfKey(key)
  if (name === undefined) return void raw.faults.push(`${key} has no name of ours`)
  if (value.length < name.bytes) return void raw.torn.push(key)
  const read = await readShelfValue(sourceOf(value)).catch(() => undefined)
  if (read === undefined) return void raw.faults.push(`${key} is damaged`)
  raw.shelf.set(key, read.header.days)
  const index = name.kind === 'index' ? await openIndexBody(read.body) : undefined
  if (index !== undefined) raw.indexes.set(key, { index, days: [] })
  const said = index === undefined ? await sayRollup(await openRollupBody(read.body)) : await index.load(columnNames)
  raw.texts.set(key, `${key} ${JSON.stringify([read.header, said])}`)
}

/** Sums that pruning leaves. */
async function readKept(raw: RawStorage, key: string, value: Buffer): Promise<void> {
  const name = parseKeptKey(key)
  if (name === undefined) return void raw.faults.push(`${key} has no name of ours`)
  if (value.length < name.bytes) return void raw.torn.push(key)
  const read = await decodeKept(value).catch(() => undefined)
  if (read === undefined) return void raw.faults.push(`${key} is damaged`)
  raw.texts.set(key, `${key} ${JSON.stringify([read.header, await sayRollup(read.rollup)])}`)
}

async function sayRollup(rollup: Rollup): Promise<unknown> {
  return Promise.all(rollupDimensions.map(async (dimension) => (await rollup.rows(dimension)).labels))
}

/** Only what manifests name counts; what they replaced does not. */
async function readSegments(raw: RawStorage, values: ReadonlyMap<string, Buffer>, manifests: readonly Manifest[]): Promise<void> {
  const replaced = new Set(manifests.flatMap(({ replaces }) => replaces))
  for (const file of manifests.flatMap(({ files }) => files)) {
    const value = values.get(file.key)
    if (value === undefined) {
      if (!replaced.has(file.key)) raw.faults.push(`${file.key} is missing`)
      continue
    }
    if (value.length !== file.bytes || crc32(value) !== file.crc) raw.faults.push(`${file.key} is damaged`)
    const facts = await decodeSegment(value)
    raw.texts.set(file.key, `${file.key} ${JSON.stringify(facts)}`)
    if (!replaced.has(file.key)) raw.facts.push(...facts)
  }
}

function findLeftOvers(raw: RawStorage, values: ReadonlyMap<string, Buffer>, manifests: ReadonlyMap<string, Manifest>): void {
  const replaced = new Set([...manifests.values()].flatMap(({ replaces }) => replaces))
  const named = new Set([...manifests.values()].flatMap(({ files }) => files.map(({ key }) => key)).filter((key) => !replaced.has(key)))
  for (const [key, value] of values) {
    if (parseBatchKey(key) !== undefined && !raw.torn.includes(key)) raw.faults.push(`${key} is left`)
    if (key.includes(':segment:') && !named.has(key)) raw.faults.push(`${key} is left`)
    if (key.includes(':packed:')) raw.faults.push(`${key} is left`)
    if (key.includes(':persons:')) findGone(raw, key, value, named)
    if (key.includes(':manifest:') && !manifests.has(key)) raw.faults.push(`${key} is left, torn`)
    if (/:(?:index|rollup):/.test(key) && !raw.shelf.has(key)) raw.faults.push(`${key} is left, torn`)
    if (key.includes(':clean:') && !raw.clean.has(key)) raw.faults.push(`${key} is left, torn`)
  }
  findOutdated(raw, values)
  findSpare(raw, [...manifests.values()].flatMap(({ files }) => files).filter(({ key }) => named.has(key)))
}

/** Something on the shelf that says of no day what its segments do. */
function findSpare(raw: RawStorage, files: readonly SegmentFile[]): void {
  const prints = new Map([...groupBy(files, ({ day }) => day)].map(([day, its]) => [day, fingerprint(its)]))
  for (const [key, days] of raw.shelf) {
    const same = Object.entries(days).filter(([day, print]) => prints.get(day) === print).map(([day]) => day)
    raw.indexes.get(key)?.days.push(...same)
    if (same.length === 0) raw.faults.push(`${key} is left`)
  }
}

/** One value says what was looked up for all erasures that there are. */
function findOutdated({ clean, torn, links, faults }: RawStorage, values: ReadonlyMap<string, Buffer>): void {
  const erasures = [...values.keys()].filter((key) => key.includes(':erasure:') && !key.endsWith('-done') && !torn.includes(key))
  const disowning = links.filter(({ user }) => erasures.some((key) => key.includes(`:erasure:${hashPerson('user', user)}-`)))
  const sought = hashSought(erasures, disowning)
  for (const [key, value] of clean) if (value.sought !== sought) faults.push(`${key} is left, of other erasures`)
  if (clean.size > 1) faults.push(`${[...clean.keys()].join(' and ')} are both left`)
}

/** Filters go with their segments: who knows a person's id could ask them. */
function findGone(raw: RawStorage, key: string, value: Buffer, named: ReadonlySet<string>): void {
  const filters = decodePersonFilters(value)
  if (typeof filters === 'string') raw.faults.push(`${key} is left, ${filters}`)
  else for (const segment of filters.keys()) if (!named.has(segment)) raw.faults.push(`${key} is of ${segment}, which is gone`)
}
