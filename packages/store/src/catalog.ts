import type { BatchKey } from './keys.ts'
import type { Manifest, SegmentFile } from './manifest.ts'

/** The manifests of a site, and what follows from them. */
export interface Catalog {
  readonly manifests: ReadonlyMap<string, Manifest>
  add(key: string, manifest: Manifest): void
  remove(key: string): void
  /** The segments that count, by home day. */
  readonly days: ReadonlyMap<string, readonly SegmentFile[]>
  /** When it was committed that the facts of the batch are in segments, ms since 1970; undefined if they are not. */
  coveredAt(batch: Pick<BatchKey, 'writer' | 'seq' | 'last'>): number | undefined
  /** When it was committed that the segment was replaced, ms since 1970; undefined if it was not. */
  replacedAt(key: string): number | undefined
  /** Whether a manifest names the segment, replaced or not. */
  knows(key: string): boolean
}

interface View {
  days: Map<string, SegmentFile[]>
  covered: Map<string, { from: number; to: number; time: number }[]>
  replaced: Map<string, number>
  named: Set<string>
}

export function createCatalog(): Catalog {
  const manifests = new Map<string, Manifest>()
  let known: View | undefined
  // Manifests come many at once and are asked about far more often.
  const view = (): View => (known ??= derive(manifests.values()))

  return {
    manifests,
    add(key, manifest) {
      manifests.set(key, manifest)
      known = undefined
    },
    remove(key) {
      if (manifests.delete(key)) known = undefined
    },
    get days() {
      return view().days
    },
    coveredAt: ({ writer, seq, last }) => view().covered.get(writer)?.find(({ from, to }) => from <= seq && last <= to)?.time,
    replacedAt: (key) => view().replaced.get(key),
    knows: (key) => view().named.has(key),
  }
}

function derive(manifests: Iterable<Manifest>): View {
  const view: View = { days: new Map(), covered: new Map(), replaced: new Map(), named: new Set() }
  const files: SegmentFile[] = []
  for (const manifest of manifests) {
    files.push(...manifest.files)
    for (const key of manifest.replaces) view.replaced.set(key, manifest.time)
    for (const [writer, runs] of Object.entries(manifest.covers)) {
      for (const [from, to] of runs) add(view.covered, writer, { from, to, time: manifest.time })
    }
  }
  for (const file of files) {
    view.named.add(file.key)
    if (!view.replaced.has(file.key)) add(view.days, file.day, file)
  }
  return view
}

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
