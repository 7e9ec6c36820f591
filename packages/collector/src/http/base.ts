import type { H3Event } from 'h3'

/**
 * The path that the collector is mounted at, as an app says it.
 * @returns '' for the root, else `/stats`
 * @throws RangeError for what is no path
 */
export function readBase(text: string): string {
  const base = text.replace(/\/+$/, '')
  if (base !== '' && !/^(\/[\w.~-]+)+$/.test(base)) throw new RangeError(`[treadlight] base: ${JSON.stringify(text)} must be a path such as /stats`)
  return base
}

/** Notes it for each event, before its handler. */
export function createBaseNote(base: string): ((event: H3Event) => void) | undefined {
  return base === '' ? undefined : (event) => void (event.context['base'] = base)
}

/** The path before all addresses of this collector; '' where it has a host to itself. */
export function baseOf(event: H3Event): string {
  return (event.context['base'] as string | undefined) ?? ''
}
