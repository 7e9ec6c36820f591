/**
 * An address with only those of its parameters whose names are allowed; all else of it as it was. In the fragment too,
 * where single-page apps and log-in services put some: `#/cart?token=…`, `#access_token=…`.
 */
export function keepParams(address: string, allowed: ReadonlySet<string>): string {
  const hash = address.indexOf('#')
  const page = hash === -1 ? address : address.slice(0, hash)
  const question = page.indexOf('?')
  const kept = question === -1 ? page : page.slice(0, question) + withMark('?', keepPairs(page.slice(question + 1), allowed))
  return hash === -1 ? kept : kept + withMark('#', keepFragment(address.slice(hash + 1), allowed))
}

/** @param fragment without its `#` */
export function keepFragment(fragment: string, allowed: ReadonlySet<string>): string {
  const question = fragment.indexOf('?')
  const head = question === -1 ? fragment : fragment.slice(0, question)
  const isRoute = head.startsWith('/') || head.startsWith('!')
  const kept = !isRoute && head.includes('=') ? keepPairs(head, allowed) : head
  return question === -1 ? kept : kept + withMark('?', keepPairs(fragment.slice(question + 1), allowed))
}

function keepPairs(query: string, allowed: ReadonlySet<string>): string {
  return query
    .split('&')
    .filter((pair) => allowed.has(nameOf(pair)))
    .join('&')
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=')
  const name = equals === -1 ? pair : pair.slice(0, equals)
  if (!/[%+]/.test(name)) return name
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}

function withMark(mark: '?' | '#', text: string): string {
  return text === '' ? '' : mark + text
}
