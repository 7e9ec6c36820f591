import type { H3Event } from 'h3'
import type { Attempts } from '../admin/attempts.ts'
import { networkOf } from '../hit/network.ts'
import { failure } from './respond.ts'

/** Counts an attempt to give a password; answers what to say where there were too many. */
export function refuseAttempt(attempts: Attempts, event: H3Event): Response | undefined {
  const wait = attempts.take(networkOf(event.req.ip))
  return wait > 0 ? failure(429, `Too many attempts: try again in ${wait} seconds`, { 'retry-after': String(wait) }) : undefined
}
