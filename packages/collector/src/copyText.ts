/**
 * The same text in memory of its own. V8 keeps a slice as a reference into the text it was cut from, so thirty
 * characters that are remembered would keep a request of 64 KiB.
 */
export function copyText(text: string): string {
  // V8 copies slices this short itself.
  return text.length < 13 ? text : ` ${text}`.slice(1)
}
