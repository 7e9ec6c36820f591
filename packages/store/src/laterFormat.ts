/**
 * Whether an error says that a later version has written a value: nothing is damaged, and a backup is no help. Frames,
 * segments and the text file each have an error of their own, and these words in common.
 */
export function isLaterFormat(error: unknown): error is Error {
  return error instanceof Error && /later than this version's \(\d+\): upgrade treadlight/.test(error.message)
}

const ofSite = /^([a-z0-9_-]{1,64}):(?:batch|manifest|catalog|segment|link|erasure|pruning|packed|persons|index|rollup|clean|kept|sums|salt):/

/** An error that says so, with the value that it is about; any other as it is. */
export function nameValue(error: unknown, key: string): unknown {
  if (!isLaterFormat(error)) return error
  const [, site] = ofSite.exec(key) ?? []
  const name = site === undefined ? key : `${key} (site ${site})`
  return new Error(error.message.replace(/^\[treadlight store\] /, (prefix) => `${prefix}${name}: `), { cause: error })
}

/** Reads the bytes of a value, so that what a later version has written is refused by its name. */
export function readNamed<T>(key: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw nameValue(error, key)
  }
}
