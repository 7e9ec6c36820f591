/**
 * A test for texts in which `*` stands for any text, also for none and for one with slashes: so has Plausible it since
 * 2023 (`page_regex` in `lib/plausible/stats/filters/utils.ex`; its documentation still tells `*` and `**` apart).
 *
 * No regular expression, since values come from a URL: the pieces between the stars are looked for one after the other,
 * each as early as it can be, which finds them if anything does.
 *
 * @example
 * createWildcard('/blog/*')('/blog/2026/may') // true
 */
export function createWildcard(text: string): (value: string) => boolean {
  const [start = '', ...rest] = text.split('*')
  const end = rest.pop()
  if (end === undefined) return (value) => value === text
  const between = rest.filter((piece) => piece !== '')
  const shortest = text.replaceAll('*', '').length

  return (value) => {
    if (value.length < shortest || !value.startsWith(start) || !value.endsWith(end)) return false
    const last = value.length - end.length
    let at = start.length
    for (const piece of between) {
      const found = value.indexOf(piece, at)
      if (found === -1 || found + piece.length > last) return false
      at = found + piece.length
    }
    return true
  }
}
