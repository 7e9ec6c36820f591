import type { VNode } from 'preact'

interface HiddenTableProps {
  caption: string
  /** What the columns are called, that of the rows' names first. */
  heads: readonly string[]
  rows: readonly HiddenRow[]
}

interface HiddenRow {
  key: string
  name: string
  cells: readonly string[]
}

/** A picture's numbers for those who do not see it. */
export function HiddenTable({ caption, heads, rows }: HiddenTableProps): VNode {
  return (
    // A table ignores the height that would hide it, and would stretch the page: its box does not.
    <div class="visually-hidden">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map((head, index) => (
              <th key={index} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, cells }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
