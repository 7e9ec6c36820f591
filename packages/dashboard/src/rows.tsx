import type { VNode } from 'preact'
import { Change } from './change.tsx'
import { type Cell, cellValue, type Column, columnName, exactCell, formatCell } from './columns.ts'
import { type Dimension, dimensionName, isFiltered, nameOf } from './filter.ts'
import { safeHref } from './href.ts'
import type { List, ListRow, Order } from './list.ts'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'

interface RowsProps {
  list: Pick<List, 'dimension' | 'columns' | 'rows'>
  navigation: Navigation
  /** What a full bar stands for. @default the largest of the rows */
  full?: number | undefined
  /** A click on a row, which filters the whole page by it. */
  onChoose: (dimension: Dimension, value: string) => void
  /** The order of the rows and how to change it; without, their heads are no buttons. */
  sorting?: Sorting | undefined
}

interface Sorting {
  order: Order
  onSort: (order: Order) => void
}

/** Values with a bar and their numbers. */
export function Rows({ list, navigation, full, onChoose, sorting }: RowsProps): VNode {
  const { dimension, columns, rows } = list
  const isCompared = rows.some((row) => row.before)
  const longest = full ?? Math.max(0, ...rows.map((row) => cellValue(row.cells[0])))
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{dimensionName(dimension)}</th>
          {columns.map((column, index) => [
            <ColumnHead key={column} dimension={dimension} column={column} isCompared={isCompared} sorting={sorting} />,
            index === 0 && isCompared && (
              <th key="change" scope="col" class="is-change" title={text.changeMeaning}>
                {text.change}
              </th>
            ),
          ])}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.value}>
            <th scope="row">
              <span class="bar" style={{ width: `${longest > 0 ? (cellValue(row.cells[0]) / longest) * 100 : 0}%` }} />
              <RowName dimension={dimension} value={row.value} navigation={navigation} onChoose={onChoose} />
              <OpenLink value={row.value} />
            </th>
            {columns.map((column, index) => [
              <td key={column} class={classOf(dimension, column, isCompared)} title={exactCell(column, row.cells[index])}>
                {formatCell(column, row.cells[index])}
              </td>,
              index === 0 && isCompared && <Moved key="change" row={row} />,
            ])}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Columns that give way in a panel with little room; the full list has them all. */
const extra: ReadonlySet<Column> = new Set(['time_on_page', 'scroll_depth', 'average_revenue', 'total_revenue', 'visit_duration'])

/** With a change beside the visitors, the column after them gives way too: names would keep some five letters on a phone. */
function classOf(dimension: Dimension, column: Column, isCompared: boolean): string | undefined {
  if (isCompared && (column === 'pageviews' || column === 'visits')) return 'is-extra'
  if (column === 'percentage') return 'is-quiet'
  return extra.has(column) || (dimension === 'event:goal' && column === 'events') ? 'is-extra' : undefined
}

interface ColumnHeadProps {
  dimension: Dimension
  column: Column
  isCompared: boolean
  sorting: Sorting | undefined
}

function ColumnHead({ dimension, column, isCompared, sorting }: ColumnHeadProps) {
  const name = columnName(dimension, column)
  const meaning = text.columnMeanings[column]
  // The share has the order of the visitors.
  if (!sorting || column === 'percentage')
    return (
      <th scope="col" class={classOf(dimension, column, isCompared)} title={meaning}>
        {name}
      </th>
    )
  const { order, onSort } = sorting
  const isSorted = order[0] === column
  const direction = isSorted && order[1] === 'desc' ? 'asc' : 'desc'
  return (
    <th scope="col" class={classOf(dimension, column, isCompared)} aria-sort={isSorted ? sortNames[order[1]] : undefined}>
      <button type="button" class="sort" title={meaning} onClick={() => onSort([column, direction])}>
        {name}
        <span aria-hidden="true">{isSorted ? (order[1] === 'desc' ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
}

const sortNames = { asc: 'ascending', desc: 'descending' } as const

type RowNameProps = Pick<RowsProps, 'navigation' | 'onChoose'> & { dimension: Dimension; value: string }

function RowName({ dimension, value, navigation, onChoose }: RowNameProps) {
  const name = nameOf(dimension, value)
  return (
    <button
      type="button"
      class="row-name"
      title={value === text.other ? text.otherMeaning : name}
      aria-pressed={isFiltered(navigation.view.filters, dimension, value)}
      onClick={() => onChoose(dimension, value)}
    >
      {/* Isolated: a right-to-left name must not turn its row around. */}
      <bdi>{name}</bdi>
    </button>
  )
}

/** How the visitors of a row have moved. */
function Moved({ row: { cells, before } }: { row: ListRow }) {
  return (
    <td class="is-change">
      <Change metric="visitors" value={numberOf(cells[0])} before={numberOf(before?.[0])} />
    </td>
  )
}

function numberOf(cell: Cell | undefined): number | undefined {
  return typeof cell === 'number' ? cell : undefined
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
