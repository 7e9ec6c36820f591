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
