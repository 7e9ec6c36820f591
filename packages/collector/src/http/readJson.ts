import type { H3Event } from 'h3'
import { parseObject } from '../parseObject.ts'
import { readBody } from './readBody.ts'

/** A body of JSON, or undefined for anything else. */
export async function readJson(event: H3Event): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(event)
  return typeof body === 'string' ? undefined : parseObject(body.text)
}
