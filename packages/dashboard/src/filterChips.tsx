import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { dimensionName, type Filter, nameOf } from './filter.ts'
import { FilterDialog } from './filterDialog.tsx'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'
import { ViewLink } from './viewLink.tsx'

/** The dialog's word in the address; with a number it is about that filter. */
const detail = 'filter'

/** The filters in force: a click changes one, each has its way out, and there is room for another. */
export function FilterChips({ navigation, canOpenHits }: { navigation: Navigation; canOpenHits: boolean }): VNode {
  const { filters, page, detail: open } = navigation.view
  const addButton = useRef<HTMLButtonElement>(null)
  const [, index] = /^filter(?:-(\d{1,3}))?$/.exec(open) ?? []
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
          const names = values.map((value) => nameOf(dimension, value)).join(', ')
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
        {canOpenHits && filters.length > 0 && page !== 'hits' && (
          <li>
            <ViewLink navigation={navigation} to={{ page: 'hits', more: {}, detail: '' }}>
              {text.showHits}
            </ViewLink>
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
      {(open === detail || index !== undefined) && (
        <FilterDialog key={open} navigation={navigation} old={index === undefined ? undefined : filters[Number(index)]} />
      )}
    </>
  )
}
