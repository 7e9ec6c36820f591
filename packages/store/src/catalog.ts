import type { BatchKey } from './keys.ts'
import { clockDifference, type Manifest, type SegmentFile } from './manifest.ts'

/** The manifests of a site, and what follows from them. */
export interface Catalog {
  readonly manifests: ReadonlyMap<string, Manifest>
  /** @param seen when it appeared to this process, ms since 1970; undefined if it was there at the start */
  add(key: string, manifest: Manifest, seen?: number): void
  remove(key: string): void
  /** The segments that count, by home day. */
  readonly days: ReadonlyMap<string, readonly SegmentFile[]>
  /** Since when the facts of the batch are in segments, ms since 1970; undefined if they are not. */
  coveredAt(batch: Pick<BatchKey, 'writer' | 'seq' | 'last'>): number | undefined
  /** Since when the segment is replaced, ms since 1970; undefined if it is not. */
  replacedAt(key: string): number | undefined
  /** Since when others can know of the manifest, ms since 1970. */
  sinceOf(key: string): number
  /** Whether a manifest names the segment, replaced or not. */
  knows(key: string): boolean
  /** Says whether a segment that a manifest names was looked for and is not there. */
  setMissing(key: string, isMissing: boolean): void
  isMissing(key: string): boolean
  /** Whether the manifest names a segment that is missing, and that nothing has replaced: then it covers and replaces nothing. */
  isVoid(key: string): boolean
}

interface View {
  days: Map<string, SegmentFile[]>
  covered: Map<string, { from: number; to: number; time: number }[]>
  replaced: Map<string, number>
  named: Set<string>
  /** Keys of manifests. */
  void: Set<string>
}

export function createCatalog(): Catalog {
  const manifests = new Map<string, Manifest>()
  const since = new Map<string, number>()
  const missing = new Set<string>()
  let known: View | undefined
  // Manifests come many at once and are asked about far more often.
  const view = (): View => (known ??= derive(manifests, since, missing))

  return {
    manifests,
    add(key, manifest, seen = manifest.time) {
      manifests.set(key, manifest)
      // Whoever wrote it was held up in the midst of it: nobody could see it when it says that it was made.
      since.set(key, seen - manifest.time > clockDifference ? seen : manifest.time)
      known = undefined
    },
    remove(key) {
      for (const file of manifests.get(key)?.files ?? []) missing.delete(file.key)
      since.delete(key)
      if (manifests.delete(key)) known = undefined
    },
    get days() {
      return view().days
    },
    coveredAt: ({ writer, seq, last }) => view().covered.get(writer)?.find(({ from, to }) => from <= seq && last <= to)?.time,
    replacedAt: (key) => view().replaced.get(key),
    sinceOf: (key) => since.get(key) ?? -Infinity,
    knows: (key) => view().named.has(key),
    setMissing(key, isMissing) {
      if (missing.has(key) === isMissing) return
      if (isMissing) missing.add(key)
      else missing.delete(key)
      known = undefined
    },
    isMissing: (key) => missing.has(key),
    isVoid: (key) => view().void.has(key),
  }
}

function derive(manifests: ReadonlyMap<string, Manifest>, since: ReadonlyMap<string, number>, missing: ReadonlySet<string>): View {
  const view: View = { days: new Map(), covered: new Map(), replaced: new Map(), named: new Set(), void: findVoid(manifests, missing) }
  for (const [key, manifest] of manifests) {
    if (view.void.has(key)) continue
    const time = since.get(key) ?? manifest.time
    for (const replaced of manifest.replaces) view.replaced.set(replaced, time)
    for (const [writer, runs] of Object.entries(manifest.covers)) {
      for (const [from, to] of runs) add(view.covered, writer, { from, to, time })
    }
  }
  for (const file of [...manifests.values()].flatMap(({ files }) => files)) {
    view.named.add(file.key)
    if (!view.replaced.has(file.key)) add(view.days, file.day, file)
  }
  return view
}

/** One that is void replaces nothing, so that others may be void for it. */
function findVoid(manifests: ReadonlyMap<string, Manifest>, missing: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  for (let before = -1; missing.size > 0 && before < found.size; ) {
    before = found.size
    const replaced = new Set([...manifests].flatMap(([key, { replaces }]) => (found.has(key) ? [] : replaces)))
    for (const [key, { files }] of manifests) {
      if (files.some((file) => missing.has(file.key) && !replaced.has(file.key))) found.add(key)
    }
  }
  return found
}

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
