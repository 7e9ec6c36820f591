/** What stands for a part that was taken out. */
const mask = '[masked]'

/**
 * What may lead to a person: an `@` of an e-mail address, also percent-encoded; nine digits in a row, as of telephone
 * numbers; a UUID; and twenty letters and digits in a row with a digit among them, as tokens of links in e-mails have
 * them. Words of a slug are divided by hyphens, so they stay.
 */
const revealing = /@|%40|\d{9}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|(?=[a-z]{0,19}\d)[0-9a-z]{20}/i

/**
 * A text without the parts between its slashes that look like somebody's, or are one of the given names, of which '' is
 * none.
 *
 * @example
 * maskIds('/users/ann@example.org/orders', []) // '/users/[masked]/orders'
 */
export function maskIds(text: string, names: readonly string[]): string {
  const isRevealing = (part: string): boolean => revealing.test(part) || names.some((name) => name !== '' && mentions(part, name))
  return isRevealing(text) ? text.split('/').map((part) => (isRevealing(part) ? mask : part)).join('/') : text
}

/** Names of three letters or less are in everything, and then only a part that is one gives it away. */
function mentions(text: string, name: string): boolean {
  const plain = text.includes('%') ? decode(text) : text
  return name.length > 3 ? plain.includes(name) : plain.split('/').includes(name)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
