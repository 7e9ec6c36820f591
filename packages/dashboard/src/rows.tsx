import type { VNode } from 'preact'
import type { Dimension } from './filter.ts'
import { dimensionName, isFiltered, nameOf, toggleFilter } from './filter.ts'
import { formatExact, formatNumber, formatPercent } from './format.ts'
import { safeHref } from './href.ts'
import type { Navigation } from './navigation.ts'
import type { Row } from './series.ts'
import { text } from './text.ts'

interface RowsProps {
  dimension: Dimension
  /** Of one dimension, with visitors, percentage and pageviews. */
  rows: readonly Row[]
  navigation: Navigation
  /** Visitors that a full bar stands for. @default the first row's */
  full?: number | undefined
  onChoose?: () => void
}

/** Values with a bar, visitors and share, and pages with their views. A click filters the whole page by its row. */
export function Rows({ dimension, rows, navigation, full = rows[0]?.metrics[0] ?? 0, onChoose }: RowsProps): VNode {
  const { filters } = navigation.view
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{dimensionName(dimension)}</th>
          {dimension === 'event:page' && <th scope="col">{text.metrics.pageviews}</th>}
          <th scope="col">{text.metrics.visitors}</th>
          <th scope="col" title={text.shareMeaning}>
            {text.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ dimensions: [value = ''], metrics: [visitors, share, views] }) => (
          <tr key={value}>
            <th scope="row">
              <span class="bar" style={{ width: `${full > 0 ? ((visitors ?? 0) / full) * 100 : 0}%` }} />
              <button
                type="button"
                class="row-name"
                title={nameOf(dimension, value)}
                aria-pressed={isFiltered(filters, dimension, value)}
                onClick={() => {
                  navigation.go({ filters: toggleFilter(filters, dimension, value) })
                  onChoose?.()
                }}
              >
                {/* Isolated: a right-to-left name must not turn its row around. */}
                <bdi>{nameOf(dimension, value)}</bdi>
              </button>
              <OpenLink value={value} />
            </th>
            {dimension === 'event:page' && <td title={formatExact(views ?? 0)}>{formatNumber(views ?? 0)}</td>}
            <td title={formatExact(visitors ?? 0)}>{formatNumber(visitors ?? 0)}</td>
            <td>{formatPercent(share ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Only for values that are web addresses. */
function OpenLink({ value }: { value: string }) {
  const href = safeHref(value)
  if (!href) return null
  return (
    <a class="row-link" href={href} target="_blank" rel="noopener noreferrer nofollow" aria-label={text.open}>
      ↗
    </a>
  )
}
