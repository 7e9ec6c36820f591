import type { VNode } from 'preact'
import { columnName, formatCell } from './columns.ts'
import { dimensionName, nameOf } from './filter.ts'
import { HiddenTable } from './hiddenTable.tsx'
import type { List } from './list.ts'
import { text } from './text.ts'

/** The map for those who do not see it. */
export function MapTable({ list: { dimension, columns, rows } }: { list: List }): VNode {
  return (
    <HiddenTable
      caption={text.tabs.map}
      heads={[dimensionName(dimension), ...columns.map((column) => columnName(dimension, column))]}
      rows={rows.map(({ value, cells }) => ({
        key: value,
        name: nameOf(dimension, value),
        cells: columns.map((column, index) => formatCell(column, cells[index])),
      }))}
    />
  )
}
