import { readFileSync } from 'node:fs'

export interface Vector {
  id: string
  group: string
  call: string
  result?: unknown
  throws?: string
  message?: string
  parity: 'must' | 'quirk'
  why: string
  recommended?: Record<string, unknown>
}

/** The vectors of one group: what upstream's own code answered, and where that is wrong. */
export function readVectors(group: string): Vector[] {
  const text = readFileSync(new URL('../../vectors/measurement_protocol_ua.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { vectors: Vector[] }).vectors.filter((vector) => vector.group === group)
}
