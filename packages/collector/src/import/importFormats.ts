import type { ImportFormat } from './importFormat.ts'

/** What can be imported, in the order in which files are asked for by `detects`: the most particular first. */
export const importFormats: readonly ImportFormat[] = []
