import type { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { Storage } from 'unstorage'
import { createCatalog, type Catalog } from './catalog.ts'
import { decodeCleanValue, parseCleanKey } from './cleanValue.ts'
import { readFrames, type FrameProblem } from './frame.ts'
import type { StoredHit } from './hit.ts'
import { isLaterFormat } from './laterFormat.ts'
import { isForeignKey, minuteTime, parseBatchKey, parseKeptKey, parseShelfKey, parseStamp, stampTime, type ShelfKind } from './keys.ts'
import { keptForGood } from './kept/keptShelf.ts'
import { decodeKept } from './kept/keptValue.ts'
import { decodeCopies } from './manifestCopies.ts'
import { decodeManifest, type Manifest, type SegmentFile } from './manifest.ts'
import { decodePacked, parsePackedKey } from './packed/packedValue.ts'
import { decodePersonFilters } from './persons/personValue.ts'
import { rollupDimensions } from './rollup/rollup.ts'
import { decodeSegment } from './segment/decodeSegment.ts'
import { listKeys, readBytes } from './values.ts'
import { verifyShelfValue } from './verifyShelfValue.ts'

export interface VerifyProblem {
  key: string
  /** Where in the value, bytes. */
  offset: number
  /**
   * As of frames, and `content`: the bytes are those that were written, and do not say what they should. A `torn` end of a
   * batch is what a killed process leaves of a write that nobody was told of; of all else it is damage. `later`: a later
   * version has written it.
   */
  reason: FrameProblem['reason'] | 'content' | 'later'
  /** What is known beyond that. */
  detail?: string
}

export interface VerifyReport {
  /** How many values were read, and their bytes. */
  values: number
  bytes: number
  problems: VerifyProblem[]
  /** Keys that are nobody's here: left alone, and not read. */
  foreign: string[]
  /** Values that count for nothing and go with `maintain`: of writes that were never finished, or replaced since. */
  leftOver: number
}

export interface VerifyOptions {
  /** Called after every value. */
  progress?: (done: { values: number; total: number; bytes: number }) => void
  /** Ends it early: the report is of what was read until then. */
  signal?: AbortSignal
  /** ms since 1970. @default Date.now */
  now?: () => number
}

/** Who else keeps values in the storage: frames, each a value of its own. */
const frameKey = /^(?:[a-z0-9_-]{1,64}:(?:salt|drop):\d{4}-\d\d-\d\d|account:[a-z0-9_-]+:\d|sites:[a-z0-9_-]{1,64}\.[0-9a-f]|[a-z]+:[a-z0-9_-]{1,64}\.[0-9a-f]{12}\.[0-9a-f]{12}-[0-9a-f]{12}$|(?:login|probe|token):[0-9a-f]+$)/
const siteKey = /^([a-z0-9_-]{1,64}):(batch|manifest|catalog|segment|link|erasure|pruning|packed|persons|index|rollup|clean|kept|sums):/
const saltKey = /^[a-z0-9_-]{1,64}:salt:(\d{4}-\d\d-\d\d):/

type Kind = 'batch' | 'manifest' | 'catalog' | 'segment' | 'link' | 'erasure' | 'pruning' | 'packed' | 'persons' | 'clean' | 'kept' | 'sums' | ShelfKind

/** Values read at once: segments are some megabytes each. */
const parallel = 8
/** After how long nobody is writing to a value any more, ms. */
const settle = 10 * 60_000
const madeAnew = 'it is derived of segments: nothing is lost, and it will be made anew'
const keptLost = 'the figures of this day are those of the hits that were not pruned'
const notNeeded = 'what it held is in segments by now, so nothing is lost'

/**
 * Reads every value and checks what can be checked: lengths, checksums, that segments decode to what their manifest says,
 * and that none is missing. It changes nothing, and runs beside collectors.
 *
 * @example
 * const { problems } = await verifyStorage(storage, { progress: ({ values, total }) => console.error(`${values} of ${total}`) })
 */
export async function verifyStorage(storage: Storage, { progress, signal, now = Date.now }: VerifyOptions = {}): Promise<VerifyReport> {
  const report: VerifyReport = { values: 0, bytes: 0, problems: [], foreign: [], leftOver: 0 }
  const catalogs = new Map<string, Catalog>()
  // Before the values, so that what is named later is not looked for.
  const manifests = new Map<string, Manifest>()
  const files = new Map<string, SegmentFile>()
  let isManifestDamaged = false
  const keys = await listKeys(storage, '')
  const isOurs = (key: string) => frameKey.test(key) || (siteKey.test(key) && !isForeignKey(key))
  const known = keys.filter(isOurs)
  const there = new Set(known)
  report.foreign = keys.filter((key) => !isOurs(key))
  const first = known.filter((key) => kindOf(key) === 'manifest')
  await readAll(first)
  for (const key of first) addManifest(key)
  await readAll(known.filter((key) => kindOf(key) !== 'manifest'))
  // What a later version has written may have any name.
  for (const key of report.foreign.filter(isForeignKey)) {
    const bytes = await readBytes(storage, key)
    if (bytes !== undefined) await guard(key, () => readFrames(bytes))
  }
  if (signal?.aborted !== true) await findMissing()
  report.problems.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.offset - b.offset))
  return report

  async function readAll(its: readonly string[]): Promise<void> {
    for (let start = 0; start < its.length && signal?.aborted !== true; start += parallel) {
      await Promise.all(its.slice(start, start + parallel).map(readOne))
    }
  }

  async function readOne(key: string): Promise<void> {
    const bytes = await readBytes(storage, key)
    report.values++
    report.bytes += bytes?.length ?? 0
    // Deleted since the listing. Of segments that are needed `findMissing` tells.
    if (bytes === undefined) there.delete(key)
    else await guard(key, () => verify(key, bytes))
    progress?.({ values: report.values, total: known.length, bytes: report.bytes })
  }

  /** A later format, or bytes that decode to anything: nothing of it ends the reading of the others. */
  async function guard(key: string, act: () => unknown): Promise<void> {
    try {
      await act()
    } catch (error) {
      add(key, isLaterFormat(error) ? 'later' : 'content', messageOf(error))
    }
  }

  function add(key: string, reason: VerifyProblem['reason'], detail?: string, offset = 0): void {
    report.problems.push({ key, offset, reason, ...(detail !== undefined && { detail }) })
  }

  function verify(key: string, bytes: Buffer): unknown {
    switch (kindOf(key)) {
      case 'batch':
        return verifyBatch(key, bytes)
      case 'manifest':
        return verifyManifest(key, bytes)
      case 'catalog':
        return verifyCopies(key, bytes)
      case 'segment':
        return verifySegment(key, bytes)
      case 'link':
        return verifyMark(key, bytes, isLinks)
      case 'erasure':
        return key.endsWith('-done') ? verifyFrame(key, bytes) : verifyMark(key, bytes, (value) => 'hash' in value && 'time' in value)
      case 'pruning':
        return verifyMark(key, bytes, (value) => 'at' in value)
      case 'index':
      case 'rollup':
        return verifyShelf(key, bytes)
      case 'packed':
        return verifyPacked(key, bytes)
      case 'persons':
        return verifyPersons(key, bytes)
      case 'kept':
        return verifyKept(key, bytes)
      case 'clean':
        return verifyClean(key, bytes)
      default:
        return verifyFrame(key, bytes)
    }
  }

  function verifyBatch(key: string, bytes: Buffer): void {
    const name = parseBatchKey(key)
    if (name === undefined) return add(key, 'content', 'the key is no batch’s')
    const isCovered = catalogOf(name.site).coveredAt(name) !== undefined
    if (isCovered) report.leftOver++
    const isUnfinished = name.bytes > 0 && bytes.length < name.bytes
    // Whoever gathered it was killed, and its parts are still there.
    if (isUnfinished) return void report.leftOver++
    const isYoung = name.bytes === 0 && minuteTime(name.minute) + settle > now()
    const { payloads, problems } = readFrames(bytes)
    // The end of what is being written is no damage.
    for (const { offset, reason } of problems) {
      if (!(isYoung && reason === 'torn')) add(key, reason, isCovered ? notNeeded : undefined, offset)
    }
    for (const payload of payloads) checkHits(parseLines(payload), name.site)
  }

  function verifyManifest(key: string, bytes: Buffer): void {
    const { time = 0, bytes: length = 0 } = parseStamp(key) ?? {}
    const isShort = bytes.length < length
    // Whoever wrote it is at it, or was killed, on a driver that shows half values.
    if (isShort && time + settle > now()) return void report.leftOver++
    const manifest = isShort ? undefined : decodeManifest(bytes)
    if (manifest === undefined || bytes.length !== length) {
      isManifestDamaged = true
      return add(key, isShort ? 'torn' : 'checksum', 'nobody knows which segments it named; they are not counted')
    }
    manifests.set(key, manifest)
  }

  function verifyPersons(key: string, bytes: Buffer): void {
    const { time = 0, bytes: length = 0 } = parseStamp(key) ?? {}
    const isShort = bytes.length < length
    if (isShort && time + settle > now()) return void report.leftOver++
    if (decodePersonFilters(bytes) === 'damaged') add(key, isShort ? 'torn' : 'checksum', madeAnew)
  }

  function verifyPacked(key: string, bytes: Buffer): void {
    const name = parsePackedKey(key)
    if (name === undefined) return add(key, 'content', 'the key is none of packed batches')
    const isShort = bytes.length < name.bytes
    if (isShort && name.time + settle > now()) return void report.leftOver++
    const value = decodePacked(bytes, name.bytes)
    if (value === 'later') return add(key, 'later')
    if (value === 'damaged') return add(key, isShort ? 'torn' : 'checksum', 'it only repeats what batches say, so nothing is lost')
    const site = siteOf(key)
    for (const table of value.tables(site)) for (const facts of table.facts().values()) checkHits(facts, site)
  }

  async function verifyKept(key: string, bytes: Buffer): Promise<void> {
    const name = parseKeptKey(key)
    if (name === undefined) return add(key, 'content', 'the key is none of kept sums')
    // Nothing was pruned on its account: it counts for nothing.
    const isUnfinished = !there.has(`${name.site}:pruning:${name.stamp}`) && stampTime(name.stamp) + keptForGood > now()
    if (isUnfinished) report.leftOver++
    if (bytes.length < name.bytes) return isUnfinished ? undefined : add(key, 'torn', keptLost)
    const read = bytes.length === name.bytes ? await decodeKept(bytes) : undefined
    if (read === undefined) return add(key, 'checksum', keptLost)
    await read.rollup.totals()
    for (const dimension of rollupDimensions) await read.rollup.rows(dimension)
  }

  function verifyClean(key: string, bytes: Buffer): void {
    const name = parseCleanKey(key)
    if (name === undefined) return add(key, 'content', 'the key is none of what is derived')
    const isShort = bytes.length < name.bytes
    if (isShort && name.time + settle > now()) return void report.leftOver++
    const value = decodeCleanValue(bytes)
    if (value === 'later') add(key, 'later')
    else if (value === 'damaged' || bytes.length !== name.bytes) add(key, isShort ? 'torn' : 'checksum', madeAnew)
  }

  /** Nothing is lost with it; but what it says of a manifest that is there has to be what that says itself. */
  function verifyCopies(key: string, bytes: Buffer): void {
    const { time = 0, bytes: length = 0 } = parseStamp(key) ?? {}
    const isShort = bytes.length < length
    if (isShort && time + settle > now()) return void report.leftOver++
    const copies = decodeCopies(bytes)
    if (copies === undefined || bytes.length !== length) return add(key, isShort ? 'torn' : 'checksum', 'it only repeats what manifests say, so nothing is lost')
    for (const [name, copy] of copies) {
      const manifest = manifests.get(name)
      if (manifest !== undefined && JSON.stringify(manifest) !== JSON.stringify(copy)) throw new Error(`it says something else of ${name} than that does`)
    }
  }

  async function verifySegment(key: string, bytes: Buffer): Promise<void> {
    const site = siteOf(key)
    const file = files.get(key)
    const isReplaced = catalogOf(site).replacedAt(key) !== undefined
    if (isReplaced || (file === undefined && !isManifestDamaged)) report.leftOver++
    // Without its manifest, nobody knows what it should be.
    if (file === undefined) return
    if (bytes.length !== file.bytes || crc32(bytes) !== file.crc) return add(key, bytes.length < file.bytes ? 'torn' : 'checksum', isReplaced ? notNeeded : undefined)
    const facts = await decodeSegment(bytes)
    if (facts.length !== file.facts) throw new Error(`it has ${facts.length} facts, and its manifest says ${file.facts}`)
    checkHits(facts, site, file)
  }

  async function verifyShelf(key: string, bytes: Buffer): Promise<void> {
    const name = parseShelfKey(key)
    if (name === undefined) return add(key, 'content', 'the key is none of what is derived')
    // Whoever wrote it is at it, or was killed, on a driver that shows half values.
    if (bytes.length < name.bytes && name.time + settle > now()) return void report.leftOver++
    if (bytes.length !== name.bytes) return add(key, bytes.length < name.bytes ? 'torn' : 'content', madeAnew)
    const reason = await verifyShelfValue(name.kind, bytes)
    if (reason !== undefined) add(key, reason, reason === 'later' ? undefined : madeAnew)
  }

  function verifyFrame(key: string, bytes: Buffer): Buffer | undefined {
    const { payloads, end, problems } = readFrames(bytes)
    const [payload] = payloads
    if (payload !== undefined && payloads.length === 1 && end === bytes.length && problems.length === 0) return payload
    const { offset, reason } = problems[0] ?? { offset: 0, reason: 'torn' as const }
    add(key, reason, undefined, offset)
    return undefined
  }

  function verifyMark(key: string, bytes: Buffer, isSound: (value: object) => boolean): void {
    const payload = verifyFrame(key, bytes)
    if (payload === undefined) return
    const value: unknown = JSON.parse(payload.toString())
    if (typeof value !== 'object' || value === null || !isSound(value)) throw new Error('it says something else than its key')
  }

  /** What manifests name has to be there, unless it was replaced since. */
  async function findMissing(): Promise<void> {
    for (const [site, catalog] of catalogs) {
      const missing = [...catalog.days.values()].flat().filter(({ key }) => !there.has(key))
      if (missing.length === 0) continue
      for (const key of await listKeys(storage, `${site}:manifest:`)) {
        if (manifests.has(key) || isForeignKey(key)) continue
        const bytes = await readBytes(storage, key)
        if (bytes !== undefined) await guard(key, () => verifyManifest(key, bytes))
        addManifest(key)
      }
      for (const { key, facts } of missing) {
        if (catalog.replacedAt(key) === undefined && !(await storage.hasItem(key))) add(key, 'missing', `${facts} facts are lost with it`)
      }
    }
  }

  function addManifest(key: string): void {
    const manifest = manifests.get(key)
    if (manifest === undefined) return
    catalogOf(siteOf(key)).add(key, manifest)
    for (const file of manifest.files) files.set(file.key, file)
  }

  function catalogOf(site: string): Catalog {
    const catalog = catalogs.get(site) ?? createCatalog()
    catalogs.set(site, catalog)
    return catalog
  }
}

/**
 * When the newest of these values was written, ms since 1970 and as far as keys tell; undefined where none does. Of a
 * salt the day is known, and that it was written on that day or the one before.
 */
export function newestTime(keys: readonly string[]): number | undefined {
  let newest = -Infinity
  for (const key of keys) newest = Math.max(newest, writtenAt(key) ?? -Infinity)
  return newest === -Infinity ? undefined : newest
}

function writtenAt(key: string): number | undefined {
  const batch = parseBatchKey(key)
  if (batch !== undefined) return minuteTime(batch.minute)
  const [, salted] = saltKey.exec(key) ?? []
  return salted === undefined ? parseStamp(key)?.time : Date.parse(salted) - 86_400_000
}

function kindOf(key: string): Kind | undefined {
  return siteKey.exec(key)?.[2] as Kind | undefined
}

function siteOf(key: string): string {
  return key.slice(0, key.indexOf(':'))
}

function isLinks(value: object): boolean {
  return (Array.isArray(value) ? value : [value]).every((link: object) => 'session' in link && 'user' in link)
}

function parseLines(payload: Buffer): StoredHit[] {
  return payload
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoredHit)
}

/** @throws Error for a hit that belongs elsewhere */
function checkHits(hits: readonly StoredHit[], site: string, file?: SegmentFile): void {
  for (const hit of hits) {
    if (hit.site !== site) throw new Error(`hit ${hit.id} is of site ${hit.site}`)
    if (file === undefined) continue
    if (hit.day !== file.day) throw new Error(`hit ${hit.id} is of ${hit.day}`)
    if (hit.time < file.from || hit.time > file.to) throw new Error(`hit ${hit.id} is of another time than its manifest says`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\[treadlight \w+\] /, '') : String(error)
}
