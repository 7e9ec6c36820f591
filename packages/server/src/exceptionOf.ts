import { isPrefetch, isXhr } from './isPageview.ts'
import type { Settings } from './settings.ts'
import type { Answer } from './tracking.ts'

/**
 * The properties of the event `exception` for an answer that is an error, where the settings want it (SS21, SS22): a 404 is not
 * fatal, everything else from 400 on is.
 */
export function exceptionOf(
  request: Request,
  { status, reason }: Pick<Answer, 'status' | 'reason'>,
  { notFound, errors, xhr }: Settings['exceptions'],
): { description: string; fatal: boolean } | undefined {
  if (status < 400 || !(status === 404 ? notFound : errors)) return undefined
  if (isPrefetch(request) || (!xhr && isAskedByScript(request))) return undefined
  return { description: reason || `HTTP ${status}`, fatal: status !== 404 }
}

/** `fetch` says so by Fetch Metadata alone. */
function isAskedByScript(request: Request): boolean {
  return isXhr(request) || request.headers.get('sec-fetch-dest') === 'empty'
}
