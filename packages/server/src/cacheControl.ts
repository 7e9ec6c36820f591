import type { AnswerHead } from './tracking.ts'

/** Headers for single kinds of shared caches, which these believe more than Cache-Control (RFC 9213, and what came before it). */
const targeted = ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'vercel-cdn-cache-control', 'netlify-cdn-cache-control', 'surrogate-control']

/** nginx takes this one in s, or as `@` and a time, and believes it more than Cache-Control: `0` keeps an answer out of its cache. */
const accelerated = 'x-accel-expires'

/** Directives that still mean something beside `private, no-cache`. */
const kept = ['no-transform', 'must-revalidate']

/** Whether no shared cache may keep an answer. */
export function isPrivate({ headers }: Pick<AnswerHead, 'headers'>): boolean {
  return forbidsSharing(headers.get('cache-control')) && !isAccelerated(headers) && targeted.every((name) => headers.get(name) === null || forbidsSharing(headers.get(name)))
}

/**
 * Whether an answer says that a shared cache may keep it: `public`, `s-maxage` or `max-age` without `private` or `no-store`, an
 * `Expires` in the future, or a header for CDNs alone. One that says nothing is not meant: what is made for each request rarely says so.
 */
export function isCacheable({ headers }: Pick<AnswerHead, 'headers'>): boolean {
  if (isAccelerated(headers) || targeted.some((name) => headers.get(name) !== null && !forbidsSharing(headers.get(name)))) return true
  const value = headers.get('cache-control')
  if (forbidsSharing(value)) return false
  // `0`, which many write, is a time that has passed.
  return Date.parse(headers.get('expires') ?? '') > Date.now() || directivesOf(value).some((directive) => ['public', 's-maxage', 'max-age', 'immutable'].includes(nameOf(directive)))
}

/** The headers that keep an answer from shared caches, and have the browser's own ask each time. */
export function privateHeaders({ headers }: Pick<AnswerHead, 'headers'>): [name: string, value: string][] {
  const value = headers.get('cache-control')
  const own: [string, string][] = forbidsSharing(value) ? [] : [['cache-control', ['private', 'no-cache', ...directivesOf(value).filter((directive) => kept.includes(directive))].join(', ')]]
  const nginx: [string, string][] = isAccelerated(headers) ? [[accelerated, '0']] : []
  return [...own, ...nginx, ...targeted.filter((name) => headers.get(name) !== null && !forbidsSharing(headers.get(name))).map((name): [string, string] => [name, 'no-store'])]
}

function isAccelerated(headers: AnswerHead['headers']): boolean {
  return (headers.get(accelerated) ?? '0').trim() !== '0'
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
