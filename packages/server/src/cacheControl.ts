import type { AnswerHead } from './tracking.ts'

/** Headers for single kinds of shared caches, which these believe more than Cache-Control (RFC 9213, and what came before it). */
const targeted = ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'vercel-cdn-cache-control', 'netlify-cdn-cache-control', 'surrogate-control']

/** Directives that still mean something beside `private, no-cache`. */
const kept = ['no-transform', 'must-revalidate']

/** Whether no shared cache may keep an answer. */
export function isPrivate({ headers }: Pick<AnswerHead, 'headers'>): boolean {
  return forbidsSharing(headers.get('cache-control')) && targeted.every((name) => headers.get(name) === null || forbidsSharing(headers.get(name)))
}

/**
 * Whether an answer says that a shared cache may keep it: `public`, `s-maxage` or `max-age` without `private` or `no-store`, or a
 * header for CDNs alone. One that says nothing is not meant: what is made for each request rarely says so.
 */
export function isCacheable({ headers }: Pick<AnswerHead, 'headers'>): boolean {
  if (targeted.some((name) => headers.get(name) !== null && !forbidsSharing(headers.get(name)))) return true
  const value = headers.get('cache-control')
  return !forbidsSharing(value) && directivesOf(value).some((directive) => ['public', 's-maxage', 'max-age', 'immutable'].includes(nameOf(directive)))
}

/** The headers that keep an answer from shared caches, and have the browser's own ask each time. */
export function privateHeaders({ headers }: Pick<AnswerHead, 'headers'>): [name: string, value: string][] {
  const value = headers.get('cache-control')
  const own: [string, string][] = forbidsSharing(value) ? [] : [['cache-control', ['private', 'no-cache', ...directivesOf(value).filter((directive) => kept.includes(directive))].join(', ')]]
  return [...own, ...targeted.filter((name) => headers.get(name) !== null && !forbidsSharing(headers.get(name))).map((name): [string, string] => [name, 'no-store'])]
}

/** `private="set-cookie"` keeps a header from shared caches, not the page. */
function forbidsSharing(value: string | null): boolean {
  return directivesOf(value).some((directive) => directive === 'private' || directive === 'no-store')
}

function directivesOf(value: string | null): string[] {
  return (value ?? '').toLowerCase().split(',').map((directive) => directive.trim()).filter(Boolean)
}

function nameOf(directive: string): string {
  return directive.split('=')[0]!.trim()
}
