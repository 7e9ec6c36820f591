import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Access } from './api.ts'
import { type Dimension, dimensionName, type Filter, nameOf } from './filter.ts'
import { FilterDialog } from './filterDialog.tsx'
import { createLazy } from './lazy.tsx'
import type { Navigation } from './navigation.ts'
import { mayOpen } from './pageLinks.tsx'
import { useSegmentNames } from './segments/useSegments.ts'
import { text } from './text.ts'
import { ViewLink } from './viewLink.tsx'

/** The dialog's word in the address; with a number it is about that filter. */
const detail = 'filter'

/** The same for the segments to choose from. */
const segmentsDetail = 'segments'
const SegmentsDialog = createLazy(async () => (await import('./segments/segmentsDialog.tsx')).SegmentsDialog)
const SegmentDialog = createLazy(async () => (await import('./segments/segmentDialog.tsx')).SegmentDialog)

/** The filters in force: a click changes one, each has its way out, and there is room for another. */
export function FilterChips({ navigation, access }: { navigation: Navigation; access: Access }): VNode {
  const { filters, page, detail: open } = navigation.view
  const addButton = useRef<HTMLButtonElement>(null)
  const [, index] = /^filter(?:-(\d{1,3}))?$/.exec(open) ?? []
  const old = index === undefined ? undefined : filters[Number(index)]
  const segmentNames = useSegmentNames(filters.some(([, dimension]) => dimension === 'segment'))
  const nameValue = (dimension: Dimension, value: string) => (dimension === 'segment' ? (segmentNames.get(value) ?? value) : nameOf(dimension, value))
  function keep(others: readonly Filter[]): void {
    navigation.go({ filters: others })
    // The button that was pressed goes with its chip, and would take the focus along.
    addButton.current?.focus()
  }

  return (
    <>
      <ul class="chips" aria-label={text.filters}>
        {filters.map((filter, place) => {
          const [operator, dimension, values] = filter
          const names = values.map((value) => nameValue(dimension, value)).join(', ')
          return (
            <li key={`${operator},${dimension}`} class="chip">
              <button
                type="button"
                class="chip-text"
                title={`${text.editFilter}: ${names}`}
                onClick={() => navigation.go({ detail: `${detail}-${place}` })}
              >
                {dimensionName(dimension)} {text.operators[operator]} <bdi>{names}</bdi>
              </button>
              <button
                type="button"
                class="chip-remove"
                aria-label={`${text.removeFilter}: ${dimensionName(dimension)}`}
                onClick={() => keep(filters.filter((other) => other !== filter))}
              >
                ×
              </button>
            </li>
          )
        })}
        <li>
          <button ref={addButton} type="button" class="chip-add" onClick={() => navigation.go({ detail })}>
            <span aria-hidden="true">+ </span>
            {text.addFilter}
          </button>
        </li>
        {mayOpen('hits', access) && filters.length > 0 && page !== 'hits' && (
          <li>
            <ViewLink navigation={navigation} to={{ page: 'hits', more: {}, detail: '' }}>
              {text.showHits}
            </ViewLink>
          </li>
        )}
        {access.kind !== 'share' && (
          <li>
            <button type="button" class="chip-add" onClick={() => navigation.go({ detail: segmentsDetail })}>
              {text.segments.open}
            </button>
          </li>
        )}
        {filters.length > 1 && (
          <li>
            <button type="button" class="link" onClick={() => keep([])}>
              {text.clearFilters}
            </button>
          </li>
        )}
      </ul>
      {open === segmentsDetail && access.kind !== 'share' && <SegmentsDialog navigation={navigation} access={access} />}
      {old?.[1] === 'segment' ? (
        <SegmentDialog key={open} navigation={navigation} filter={old} />
      ) : (
        (open === detail || index !== undefined) && <FilterDialog key={open} navigation={navigation} old={old} />
      )}
    </>
  )
}
