/** A URL with further parameters in its query; what it says itself stays. */
export function addQuery(url: string, params: Readonly<Record<string, string | undefined>>): string {
  const [before = '', fragment] = url.split(/#(.*)/s)
  const query = before.includes('?') ? before.slice(before.indexOf('?')) : ''
  const known = new URLSearchParams(query)
  const more = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined && !known.has(name)) more.set(name, value)
  const added = more.toString()
  if (added === '') return url
  return `${before}${query === '' ? '?' : '&'}${added}${fragment === undefined ? '' : `#${fragment}`}`
}
