/**
 * C0 and C1 controls without tab, CR and LF, which become spaces, and the bidirectional overrides that let
 * a title rewrite the line around it (U+202A–202E, U+2066–2069).
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const unwanted = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g
const breaks = /[\t\r\n]+/g
// One test of one class: most values are clean and pay for this alone.
// oxlint-disable-next-line no-control-regex -- as above
const suspicious = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uD800-\uDFFF]/

/** Text that every storage and every screen takes: well-formed UTF-16 without control or override characters. */
export function cleanText(text: string): string {
  if (!suspicious.test(text)) return text
  return text.toWellFormed().replace(breaks, ' ').replace(unwanted, '')
}

/**
 * The first `limit` code points of `text`.
 *
 * By code points because a cut through a surrogate pair would leave half a character.
 */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  let end = 0
  for (let points = 0; points < limit && end < text.length; points++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
