/**
 * Whether an error says that a later version has written a value: nothing is damaged, and a backup is no help. Frames,
 * segments and the text file each have an error of their own, and these words in common.
 */
export function isLaterFormat(error: unknown): boolean {
  return error instanceof Error && /later than this version's \(\d+\): upgrade treadlight/.test(error.message)
}
