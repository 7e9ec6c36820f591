import type { Buffer } from 'node:buffer'
import { encodeFrame, readFrames } from './frame.ts'
import type { BatchKey } from './keys.ts'

/** One Parquet value of a home day. */
export interface SegmentFile {
  key: string
  day: string
  /** Whether its hits had a user when it was written: retention treats the two apart. */
  kind: 'anon' | 'user'
  bytes: number
  /** CRC-32 of all bytes. */
  crc: number
  /** Facts, and the hits that they make: fewer where several origins told of one. */
  facts: number
  hits: number
  /** Of the earliest and the latest fact, ms since 1970. */
  from: number
  to: number
}

/**
 * The commit of a compaction: a segment counts once a manifest names it, and what the manifest covers or replaces may be
 * deleted after a while. Segments are written before it, so there is never a name without a value.
 */
export interface Manifest {
  /** ms since 1970, by the clock of the process that wrote it. */
  time: number
  files: readonly SegmentFile[]
  /** Batches whose facts are all in `files`: for every writer the first and the last number of each unbroken run. */
  covers: Readonly<Record<string, readonly (readonly [number, number])[]>>
  /** Keys of segments whose facts are all in `files`, or were erased or pruned. */
  replaces: readonly string[]
}

/**
 * Within what time of the first of its segments a manifest has to be there, ms. Whoever was held up for longer - a laptop
 * that slept, a machine that was paused - cannot know whether others have swept what it is about to name: see `sweep`.
 */
export const commitLimit: number = 3 * 3_600_000
/** After how long a segment that no manifest names is nobody's any more, ms. Clocks may be hours off by then. */
export const orphanAge: number = 2 * commitLimit

/** What clocks may differ by, ms. */
export const clockDifference: number = 5 * 60_000

/** What the segments that one commit wrote for a day have in common. */
export function commitOf({ key }: SegmentFile): string {
  return key.replace(/-\w+\.parquet$/, '')
}

/** Of the earliest and the latest of some moments. */
export function timeSpan(times: Iterable<number>): Pick<SegmentFile, 'from' | 'to'> {
  let [from, to] = [Infinity, -Infinity]
  for (const time of times) {
    if (time < from) from = time
    if (time > to) to = time
  }
  return { from, to }
}

export function encodeManifest(manifest: Manifest): Buffer {
  return encodeFrame(JSON.stringify(manifest))
}

/**
 * Undefined where the value is not whole.
 * @throws Error for a format of a later version
 */
export function decodeManifest(bytes: Buffer): Manifest | undefined {
  const { payloads, problems } = readFrames(bytes)
  const [payload] = payloads
  return payload === undefined || problems.length > 0 ? undefined : (JSON.parse(payload.toString()) as Manifest)
}

/** The unbroken runs of what was read. A number between two runs may be that of a value that is listed late. */
export function coverRuns(batches: readonly BatchKey[]): Record<string, [number, number][]> {
  const covers: Record<string, [number, number][]> = {}
  for (const { writer, seq, last } of batches.toSorted((a, b) => a.seq - b.seq)) {
    const runs = (covers[writer] ??= [])
    const run = runs.at(-1)
    if (run !== undefined && seq <= run[1] + 1) run[1] = Math.max(run[1], last)
    else runs.push([seq, last])
  }
  return covers
}
