import { readHost } from '../enrich/hosts.ts'

/** A host as URLs have it: lower case, punycode; `*.` before it stands for every host below it. Undefined for what is none. */
export function readSiteHost(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  const wildcard = text.startsWith('*.') ? '*.' : ''
  const host = readHost(text.slice(wildcard.length))
  return host === undefined ? undefined : wildcard + host
}
