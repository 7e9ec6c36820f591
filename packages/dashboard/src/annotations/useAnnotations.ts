import { useAnswer } from '../answer.ts'
import { useScope } from '../scope.ts'
import type { Annotation } from './annotation.ts'

/** Two ISO times, half open. */
type Range = readonly [from: string, to: string]

/** The annotations of some ranges, in the order of the ranges. A chart without an answer has none. @param changes grows when they are others */
export function useAnnotations(ranges: readonly Range[], changes: number): readonly (readonly Annotation[])[] {
  const { client, base } = useScope()
  const { value } = useAnswer(JSON.stringify([base.site_id, ranges]), changes, (signal) =>
    Promise.all(ranges.map((range) => client.get<{ annotations: Annotation[] }>('api/annotations', { site_id: base.site_id, date_range: range.join(',') }, signal))),
  )
  return ranges.map((_, index) => value?.[index]?.annotations ?? [])
}
