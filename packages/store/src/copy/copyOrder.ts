import { parseBatchKey } from '../keys.ts'

const kindPattern = /^[a-z0-9_-]{1,64}:(batch|manifest|catalog|segment|link|erasure|pruning|packed|persons|index|rollup|clean|kept):/

/**
 * In which order values are written, so that whoever reads the destination meanwhile sees no erased person, no pruned hit,
 * and no manifest whose segments are missing. What is derived comes behind what it is derived from, and is checked by whoever
 * reads it. Small values come last.
 */
const kinds = ['erasure', 'link', 'kept', 'pruning', 'segment', 'manifest', 'batch', 'rollup', 'index', 'persons', 'packed', 'catalog', 'clean']

/** In which they are deleted: what a manifest stands for before it, marks behind the hits that they are about. */
const removals = ['catalog', 'clean', 'packed', 'persons', 'index', 'rollup', 'batch', 'segment', 'manifest', 'kept', 'pruning', 'link', 'erasure']

/** What notes where values of a destination are from, and what probes of a storage leave: not of the data. */
const own = /^(?:migration|probe):/

/** Whether a value is of the hits of a site, rather than one of the small ones beside them. */
export function isHitKey(key: string): boolean {
  return kindPattern.test(key)
}

/** Of the values of a site's hits what kind of value; '' for small values. */
export function kindOf(key: string): string {
  return kindPattern.exec(key)?.[1] ?? ''
}

/** Whether a value belongs to what is copied. */
export function isCopied(key: string): boolean {
  return !own.test(key)
}

/** Sorted as they are to be written. */
export function orderOfWriting(keys: Iterable<string>): string[] {
  return byKind(keys, kinds)
}

/** Sorted as they are to be deleted. */
export function orderOfRemoval(keys: Iterable<string>): string[] {
  return byKind(keys, removals)
}

function byKind(keys: Iterable<string>, order: readonly string[]): string[] {
  const rankOf = (key: string) => {
    const rank = order.indexOf(kindOf(key))
    return rank === -1 ? order.length : rank
  }
  const ranked = Array.from(keys, (key) => ({ key, rank: rankOf(key) }))
  return ranked.toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1)).map(({ key }) => key)
}

/** Whether a value may grow: all others are written once. */
export function mayGrow(key: string): boolean {
  return parseBatchKey(key)?.bytes === 0
}

/** Whether a value is one of the small ones beside the hits: users, tokens, salts, goals … */
export function isSmallKey(key: string): boolean {
  return isCopied(key) && !isHitKey(key)
}
