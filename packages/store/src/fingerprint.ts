import { createHash } from 'node:crypto'
import type { SegmentFile } from './manifest.ts'

/** Of lists that do not change: a catalog makes new ones. */
const known = new WeakMap<readonly SegmentFile[], string>()

/** What tells apart the sets of segments that a home day may have: 16 hex digits. Names of segments are never used again. */
export function fingerprint(files: readonly SegmentFile[]): string {
  const its = known.get(files) ?? hashNames(files.map(({ key }) => key))
  known.set(files, its)
  return its
}

/** The same for the same names in any order, 16 hex digits; '' for none. */
export function hashNames(names: readonly string[]): string {
  return names.length === 0 ? '' : createHash('sha256').update(names.toSorted().join('\n')).digest('hex').slice(0, 16)
}
