import type { StoredHit } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import type { TimeRange } from '../export/hitLines.ts'
import type { AnyStore } from '../openStore.ts'
import type { Site } from '../sites/sites.ts'
import { collectSums } from './collectSums.ts'
import { createFinishHit, type FinishOptions } from './finishHit.ts'
import type { ImportFormat, ImportPosition, ImportRow } from './importFormat.ts'
import type { ImportNote, ImportNotes, ImportPlace } from './importNotes.ts'
import { createTally, type ImportReport } from './importReport.ts'
import { createLoader } from './loader.ts'
import type { ImportSource } from './openSource.ts'

export interface ImportOptions {
  /** Undefined for a dry run where there is no store yet. */
  store: AnyStore | undefined
  sources: readonly { source: ImportSource; format: ImportFormat }[]
  /** Where it goes on if it breaks off. @default nowhere */
  notes?: ImportNotes | undefined
  /** Whose all hits are, whatever their hosts; otherwise hits say it themselves. */
  site: Site | undefined
  sites: readonly Site[]
  /** Where sums of days go, and times without a zone are understood. */
  defaultSite: Site
  /** Host of pages, for exports that know paths alone; '' for none. */
  host: string
  finish: Omit<FinishOptions, 'format' | 'secret' | 'received'>
  range?: TimeRange
  dryRun?: boolean
  /** Moments before which retention takes hits, ms since 1970. */
  retention: { anonymous: number; authenticated: number }
  signal: AbortSignal
  /** ms since 1970. @default Date.now() */
  now?: number
  /** See `createLoader`. */
  loadAt?: number
  /** Told before the first hits are stored that some of them are too old for the retention. */
  onOld?: (first: number) => void
  /** Told where an import that broke off goes on. */
  onResume?: (at: { file: string; line: number }) => void
  /** Told now and then. */
  onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  /** Rows so far, of all kinds, and hits that wait to be stored. */
  rows: number
  /** Bytes read of the files, and of how many. */
  read: number
  size: number
  indexing: boolean
}

/**
 * Reads files into the store. What is done is noted, so that the same import goes on where it broke off; and to read
 * something twice does no harm, since ids come from what is in the files.
 *
 * @returns undefined where the signal has ended it: what is noted is stored
 */
export async function runImport(options: ImportOptions): Promise<ImportReport | undefined> {
  const { store, sources, notes, site, sites, defaultSite, host, finish, range = {}, dryRun = false, retention, signal } = options
  const { onProgress = () => undefined } = options
  const resumed = dryRun ? undefined : await notes?.read()
  const note: Pick<ImportNote, 'secret' | 'received'> = resumed ?? { secret: randomBytes(32).toString('base64url'), received: options.now ?? Date.now() }
  const tally = createTally()
  const known = new Set(sites.map(({ id }) => id))
  const isOld = ({ user, time }: StoredHit): boolean => time < (user === '' ? retention.anonymous : retention.authenticated)
  const loader = createLoader({ store, dryRun, onOutcome: (hit, outcome) => tally.take(hit, outcome, isOld(hit)), ...(options.loadAt !== undefined && { loadAt: options.loadAt }) })
  const sums = collectSums(defaultSite.timezone)
  let isAnnounced = false
  let done: ImportPlace | undefined = resumed?.done
  let readBefore = 0

  for (const [index, { source, format }] of sources.entries()) {
    const start = resumed?.counted
    if (start !== undefined && index < start.source) continue
    const from = start?.source === index ? start : undefined
    const finishHit = createFinishHit({ ...finish, format: format.name, ...note })
    let at: ImportPlace = { ...(from ?? { file: 0, offset: 0, line: 0 }), source: index }
    if (resumed?.done.source === index) options.onResume?.({ file: source.files[resumed.done.file]?.name ?? source.name, line: resumed.done.line + 1 })

    for await (const { rows, next } of format.read({ files: source.files, timezone: defaultSite.timezone, host, from })) {
      const end: ImportPlace = { ...next, source: index }
      // A piece may begin before what is stored and end behind it: what is there twice counts once.
      const isCounted = resumed !== undefined && !isBefore(resumed.done, end)
      for (const row of rows) takeRow(row, at, source)
      at = end
      if (signal.aborted) return undefined
      onProgress({ rows: tally.rows + loader.size, read: readBefore + source.read(), size: sizeOf(sources), indexing: false })
      if (loader.isFull) await flush(false, at)

      function takeRow(row: ImportRow, place: ImportPlace, { files }: ImportSource): void {
        if ('skip' in row) return isCounted ? undefined : tally.skip(row.skip)
        const problemOf = (problem: string, sample?: string) => tally.refuse({ file: files[row.file ?? 0]!.name, line: row.line, problem, ...(sample !== undefined && { sample }) })
        if ('problem' in row) return isCounted ? undefined : problemOf(row.problem, row.sample)
        if ('sums' in row) return sums.add(row.sums)
        // Also of what is only counted: equal rows get their numbers here.
        const finished = 'stored' in row ? ownHit(row.stored) : finishHit(row.hit)
        if (isCounted) return
        if ('problem' in finished) return problemOf(finished.problem)
        if ('drop' in finished) return tally.drop(finished.drop)
        const { hit } = finished
        if (hit.time < (range.from ?? -Infinity) || hit.time >= (range.to ?? Infinity)) return tally.outside()
        loader.add(hit, place)
      }
    }
    readBefore += source.size ?? 0
    if (signal.aborted) return undefined
  }
  await flush(true, undefined)
  if (signal.aborted) return undefined
  await addSums()
  onProgress({ rows: tally.rows, read: readBefore, size: sizeOf(sources), indexing: true })
  if (!dryRun) {
    await notes?.remove()
    if (tally.report.stored > 0) await store?.maintain()
  }
  return tally.report

  /** A hit of our own export, of the site that it is of, or is to be of. It came now, whenever it came where it was exported. */
  function ownHit(hit: StoredHit): { hit: StoredHit } | { problem: string } {
    if (site !== undefined) hit.site = site.id
    else if (!known.has(hit.site)) return { problem: `is of site ${hit.site}, which is not here` }
    hit.received = note.received
    return { hit }
  }

  async function flush(all: boolean, at: ImportPlace | undefined): Promise<void> {
    announceOld()
    await loader.flush(all)
    if (dryRun || at === undefined) return
    const counted = done
    done = loader.earliest ?? at
    await notes?.write({ ...note, done, counted: counted ?? { source: 0, file: 0, offset: 0, line: 0 } })
  }

  function announceOld(): void {
    if (isAnnounced) return
    let first = Infinity
    for (const hit of loader.waiting()) if (isOld(hit) && hit.time < first) first = hit.time
    if (first === Infinity) return
    isAnnounced = true
    options.onOld?.(first)
  }

  async function addSums(): Promise<void> {
    const [source] = sources
    const collected = sums.finish(source!.format.title)
    if (collected === undefined) return
    const outcome = dryRun ? 'stored' : await store?.importSums?.(defaultSite.id, collected)
    if (outcome === undefined) throw new Error('[treadlight import] sums of days can be kept by a store on a storage only (store.type), not by this one')
    tally.report.sums = { days: collected.days.length, first: collected.days[0]!.day, last: collected.days.at(-1)!.day, outcome }
  }
}

function isBefore(a: ImportPlace, b: ImportPlace): boolean {
  const order = (['source', 'file', 'offset'] as const satisfies readonly ('source' | keyof ImportPosition)[]).find((name) => a[name] !== b[name])
  return order !== undefined && a[order] < b[order]
}

function sizeOf(sources: ImportOptions['sources']): number {
  return sources.reduce((sum, { source }) => sum + (source.size ?? 0), 0)
}
