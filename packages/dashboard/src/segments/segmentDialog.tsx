import type { VNode } from 'preact'
import { Dialog } from '../dialog.tsx'
import { type Filter, replaceFilter } from '../filter.ts'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { describeFilter, findSegment, type Segment, toPageFilters } from './segment.ts'
import { useSegments } from './useSegments.ts'
import { words } from './words.ts'

interface SegmentDialogProps {
  navigation: Navigation
  /** The filter by segments that is looked at. */
  filter: Filter
}

/** What a filter by a segment means, and the way to have its filters instead, to change one of them. */
export function SegmentDialog({ navigation, filter }: SegmentDialogProps): VNode {
  const { filters } = navigation.view
  const { value, error, retry } = useSegments(true)
  const [operator, , values] = filter
  const segments = values.flatMap((name) => findSegment(value?.segments ?? [], name) ?? [])
  const others = filters.filter((other) => other !== filter)
  const writtenOut = operator === 'is' && values.length === 1 && segments[0] ? writeOut(others, segments[0]) : undefined

  return (
    <Dialog title={words.segment(segments.map(({ name }) => name).join(', '))} onClose={() => navigation.turn({ detail: '' })}>
      {error && <Notice error={error} onRetry={retry} />}
      {value && segments.length < values.length && <p class="hint">{words.gone}</p>}
      <ul class="segments">
        {segments.flatMap((segment) => segment.filters.map((each, index) => (
          <li key={`${segment.id} ${index}`}>
            <bdi>{describeFilter(each)}</bdi>
          </li>
        )))}
      </ul>
      {segments.length > 0 && !writtenOut && <p class="hint">{words.noWay}</p>}
      <footer class="form-footer">
        <button type="button" class="link" onClick={() => navigation.turn({ filters: replaceFilter(filters, filter, undefined), detail: '' })}>
          {words.remove}
        </button>
        {writtenOut && (
          <button type="button" class="button" onClick={() => navigation.turn({ filters: writtenOut, detail: '' })}>
            {words.writeOut}
          </button>
        )}
      </footer>
    </Dialog>
  )
}

/** Undefined where the page cannot write it, or where a filter of the segment would join one that is set. */
function writeOut(others: readonly Filter[], { filters }: Segment): Filter[] | undefined {
  const own = toPageFilters(filters)
  const isJoined = own?.some((filter) => others.some((other) => other[0] === filter[0] && other[1] === filter[1]))
  return own && !isJoined ? [...own, ...others] : undefined
}
