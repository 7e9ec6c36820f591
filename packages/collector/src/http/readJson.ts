import type { H3Event } from 'h3'
import { isObject } from '../isObject.ts'

/** A body of JSON, or undefined for anything else. */
export async function readJson(event: H3Event): Promise<Record<string, unknown> | undefined> {
  try {
    const body: unknown = await event.req.json()
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}
