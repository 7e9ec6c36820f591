import type { ComponentChildren, VNode } from 'preact'

interface DataColumn<Row> {
  name: string
  cell: (row: Row) => ComponentChildren
  /** By which name the rows can be ordered by it. @default they cannot */
  order?: string
  isNumber?: boolean
  /** Gives way where there is little room. */
  isExtra?: boolean
}

interface DataTableProps<Row> {
  /** What it shows, for who cannot see it. */
  caption: string
  columns: readonly DataColumn<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** The name of a column, with `-` in front where the largest come first. */
  order?: string | undefined
  onOrder?: ((order: string) => void) | undefined
  /** In place of rows, where there are none. */
  empty: string
}

/** Rows of the admin pages: the first column names the row. */
export function DataTable<Row>({ caption, columns, rows, keyOf, order, onOrder, empty }: DataTableProps<Row>): VNode {
  if (rows.length === 0) return <p class="empty">{empty}</p>
  return (
    <div class="data-frame" tabIndex={0} role="region" aria-label={caption}>
      <table class="data">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <DataHead key={column.name} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) => (index === 0 ? <th key={column.name} scope="row" class={classOf(column)}>{column.cell(row)}</th> : <td key={column.name} class={classOf(column)}>{column.cell(row)}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Without a name, as over what can be done with a row, it heads nothing. */
type DataHeadProps<Row> = Pick<DataTableProps<Row>, 'order' | 'onOrder'> & { column: DataColumn<Row> }

function DataHead<Row>({ column, order, onOrder }: DataHeadProps<Row>) {
  if (column.name === '') return <td class={classOf(column)} />
  if (column.order === undefined || onOrder === undefined)
    return (
      <th scope="col" class={classOf(column)}>
        {column.name}
      </th>
    )
  const [isUp, isDown] = [order === column.order, order === `-${column.order}`]
  return (
    <th scope="col" class={classOf(column)} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}>
      <button type="button" class="sort" onClick={() => onOrder(isDown ? column.order! : `-${column.order}`)}>
        {column.name}
        <span aria-hidden="true">{isUp ? ' ↑' : isDown ? ' ↓' : ''}</span>
      </button>
    </th>
  )
}

function classOf<Row>({ isNumber, isExtra }: DataColumn<Row>): string | undefined {
  return [isNumber && 'is-number', isExtra && 'is-extra'].filter(Boolean).join(' ') || undefined
}
