import { useMemo } from 'preact/hooks'
import { useAnswer, type Answer } from '../answer.ts'
import { useScope } from '../scope.ts'
import type { Segment } from './segment.ts'

const nobody: { segments: readonly Segment[] } = { segments: [] }

/** The site's segments. @param isWanted asked for only then @param changes grows when they are others */
export function useSegments(isWanted: boolean, changes = 0): Answer<{ segments: readonly Segment[] }> {
  const { client, base } = useScope()
  return useAnswer(`${isWanted} ${base.site_id}`, changes, async (signal) => (isWanted ? client.get('api/segments', { site_id: base.site_id }, signal) : nobody))
}

/** What segments are called, by id. */
export function useSegmentNames(isWanted: boolean): ReadonlyMap<string, string> {
  const { value = nobody } = useSegments(isWanted)
  return useMemo(() => new Map(value.segments.map(({ id, name }) => [id, name])), [value])
}
