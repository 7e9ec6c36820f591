import type { VNode } from 'preact'
import { columnName, formatCell } from './columns.ts'
import { dimensionName, nameOf } from './filter.ts'
import type { List } from './list.ts'
import { text } from './text.ts'

/** The map for those who do not see it. */
export function MapTable({ list: { dimension, columns, rows } }: { list: List }): VNode {
  return (
    // A table ignores the height that would hide it: its box does not.
    <div class="visually-hidden">
      <table>
        <caption>{text.tabs.map}</caption>
        <thead>
          <tr>
            <th scope="col">{dimensionName(dimension)}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {columnName(dimension, column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ value, cells }) => (
            <tr key={value}>
              <th scope="row">{nameOf(dimension, value)}</th>
              {columns.map((column, index) => (
                <td key={column}>{formatCell(column, cells[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
