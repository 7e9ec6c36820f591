import type { DestinationAnswer } from './destination.ts'

/** What an answer says as JSON, if it is an object; else one without anything in it. */
export function parseAnswer({ body }: Pick<DestinationAnswer, 'body'>): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The items of a list in an answer; what is no object has nothing in it. Undefined for what is no list. */
export function readList(value: unknown): Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map((item: unknown) => (typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : {}))
}
