import { Buffer } from 'node:buffer'
import { readDay } from './factSet.ts'
import { commitOf, type SegmentFile } from './manifest.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import { segmentLines } from './segment/segmentLines.ts'
import type { SiteLog } from './siteLog.ts'

/** ms since 1970; open where undefined. */
interface Range {
  from: number | undefined
  to: number | undefined
}

/** Hits of one piece of text: some 250 kB. */
const linesPerPiece = 500

/** The hits of a day as NDJSON, straight out of its segments where these say all there is to say. */
export async function* exportLines(log: SiteLog, day: string, { from = -Infinity, to = Infinity }: Range): AsyncGenerator<Uint8Array> {
  const files = log.catalog.days.get(day) ?? []
  const isInside = files.every((file) => file.from >= from && file.to < to)
  const segments = isInside ? await readPlain(log, day, files) : undefined
  if (segments !== undefined) {
    for (const [file, bytes] of segments) yield* soundLines(log, file, bytes)
    return
  }
  const hits = readDay(await log.readDay(day), log.marks).filter(({ time }) => time >= from && time < to)
  for (let start = 0; start < hits.length; start += linesPerPiece) {
    yield Buffer.from(hits.slice(start, start + linesPerPiece).map((hit) => `${JSON.stringify(hit)}\n`).join(''))
  }
}

/** The bytes of the segments if every fact in them is a hit that may be shown as it is. All at once: half a day could not be taken back. */
async function readPlain(log: SiteLog, day: string, files: readonly SegmentFile[]): Promise<[SegmentFile, Uint8Array][] | undefined> {
  const commits = new Set(files.map(commitOf))
  if (log.fresh.has(day) || commits.size !== 1 || files.some(({ facts, hits }) => facts !== hits)) return undefined
  const isMarked = log.marks.hasErasures || log.links.size > 0 || files.some(({ from }) => from < log.marks.pruningEnds.anonymous)
  try {
    if (isMarked) for (const file of files) if (!(await isPlain(log, file))) return undefined
    const segments = await Promise.all(files.map(async (file): Promise<[SegmentFile, Uint8Array]> => [file, await log.segments.bytes(file)]))
    // What was moved into segments meanwhile is in none of these.
    return log.catalog.days.get(day) === files ? segments : undefined
  } catch (error) {
    if (error instanceof SegmentGone || error instanceof SegmentDamaged) return undefined
    throw error
  }
}

/** What is damaged is left out, and is no reason to leave out the days behind it. */
async function* soundLines({ segments }: SiteLog, file: SegmentFile, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const lines = segmentLines(bytes)
  try {
    while (true) {
      const { done, value } = await segments.decode(file, () => lines.next())
      if (done === true) return
      yield value
    }
  } catch (error) {
    if (!(error instanceof SegmentDamaged)) throw error
  }
}

/** Whether no mark says anything about it. */
async function isPlain({ marks, segments }: SiteLog, file: SegmentFile): Promise<boolean> {
  const { id, time, user, session, visitor } = await segments.columns(file, ['id', 'time', 'user', 'session', 'visitor'])
  for (let row = 0; row < id.length; row++) {
    const fact = { day: file.day, id: id[row]!, time: time[row]!, user: user[row]!, session: session[row]!, visitor: visitor[row]! }
    if (marks.erases(fact) || marks.mayBePruned(fact) || (fact.user === '' && fact.session !== '' && marks.isLinked(fact.session))) return false
  }
  return true
}
