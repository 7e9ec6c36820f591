import type { DestinationAnswer, DestinationRequest } from '../destination.ts'

/** Where a request may go, and how long it may take. */
export interface RequestRule {
  /** Whether addresses that are not of the internet may be connected to. */
  allowPrivate: boolean
  signal: AbortSignal
}

/**
 * Sends a request to a destination, without following redirects: whoever may answer one could send hits and keys anywhere.
 * @throws RequestError where there is no answer
 */
export type SendRequest = (request: DestinationRequest, rule: RequestRule) => Promise<DestinationAnswer>

/** Bytes of an answer that are looked at. */
export const longestAnswer: number = 64 * 1024

/** Why there is no answer; its message is for the owner, and names no more than the host. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** Codes of runtimes are words enough; their messages may hold addresses that a name stands for inside, or a URL with a key. */
export function explainError(error: unknown, host: string): RequestError {
  if (error instanceof RequestError) return error
  const { name, code, cause } = error as Error & { code?: string; cause?: { code?: string } }
  if (name === 'AbortError' || name === 'TimeoutError') return new RequestError(`${host} has not answered in time`)
  return new RequestError(`${host} does not answer: ${code ?? cause?.code ?? name ?? 'unknown'}`)
}

export function refuseAddress(host: string): RequestError {
  return new RequestError(`${host} is at no address of the internet, and is not connected to: if that is meant, set allowPrivate for this destination`)
}

/** @throws RequestError for what is no URL that can be asked */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new RequestError('its URL must begin with https:// or http://')
  return url
}
