import { type Answer, useAnswer } from '../answer.ts'
import { useScope } from '../scope.ts'
import type { VitalsAnswer } from './vitals.ts'

/** The web vitals of the page's range and filters, in all and by a dimension. */
export function useVitals(by: string): Answer<VitalsAnswer> {
  const { client, base, revision } = useScope()
  const question = { ...base, by }
  return useAnswer(JSON.stringify(question), revision, (signal) => client.post('api/vitals', question, signal))
}
