import type { H3Event } from 'h3'
import { parseObject } from '../parseObject.ts'
import { readBody } from './readBody.ts'

/** Three times what a filter that is as deep as may be has; what is written as text again must not exhaust the stack. */
const mostLevels = 64

/** A body of JSON, or undefined for anything else, and for one that is too deep to be any of ours. */
export async function readJson(event: H3Event): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(event)
  const value = typeof body === 'string' ? undefined : parseObject(body.text)
  return value && isWithin(value, mostLevels) ? value : undefined
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((each) => isWithin(each, levels - 1))
}
