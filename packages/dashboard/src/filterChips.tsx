import type { VNode } from 'preact'
import { dimensionName, nameOf } from './filter.ts'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'

/** The filters in force, each with its way out. */
export function FilterChips({ navigation }: { navigation: Navigation }): VNode | null {
  const { filters } = navigation.view
  if (filters.length === 0) return null
  return (
    <ul class="chips" aria-label={text.filters}>
      {filters.map((filter) => {
        const [operator, dimension, values] = filter
        const names = values.map((value) => nameOf(dimension, value)).join(', ')
        return (
          <li key={`${operator},${dimension}`} class="chip">
            <span class="chip-text" title={names}>
              {dimensionName(dimension)} {text.operators[operator]} <bdi>{names}</bdi>
            </span>
            <button
              type="button"
              aria-label={`${text.removeFilter}: ${dimensionName(dimension)}`}
              onClick={() => navigation.go({ filters: filters.filter((other) => other !== filter) })}
            >
              ×
            </button>
          </li>
        )
      })}
      {filters.length > 1 && (
        <li>
          <button type="button" class="link" onClick={() => navigation.go({ filters: [] })}>
            {text.clearFilters}
          </button>
        </li>
      )}
    </ul>
  )
}
