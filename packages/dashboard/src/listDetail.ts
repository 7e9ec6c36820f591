import { type Column, listColumns } from './columns.ts'
import { mostVisitors, type Order } from './list.ts'
import { dimensionOf, findTab, panels, type Tab } from './panels.ts'

/** What the dialog with a full list shows: a part of the view, so that links and the back button restore it. */
export interface ListDetail {
  tab: Tab
  order: Order
  /** Rows before the first that is shown. */
  offset: number
  search: string
}

/** The full list of a tab as it opens. */
export function openList(tab: Tab): ListDetail {
  return { tab, order: mostVisitors, offset: 0, search: '' }
}

/**
 * Reads `visit:source,-bounce_rate,50,news`: a tab, a column with `-` where the most come first, an offset and a search.
 * Undefined for the detail of another dialog; what is missing or unknown is as the list opens.
 */
export function readListDetail(detail: string): ListDetail | undefined {
  const [, written = '', order = '', offset = '', search = ''] = /^([^,]*),?([^,]*),?([^,]*),?([^]*)$/.exec(detail) ?? []
  const name = written.replace(/%(25|2C)/g, decodeURIComponent)
  const tab = panels.map((panel) => findTab(panel, name)).find((found) => found !== undefined)
  if (!tab) return undefined
  return { tab, order: readOrder(tab, order), offset: /^\d{1,6}$/.test(offset) ? Number(offset) : 0, search }
}

/** The reverse of {@link readListDetail}, no longer than it has to be. */
export function writeListDetail({ tab, order: [column, direction], offset, search }: ListDetail): string {
  const isUsual = column === mostVisitors[0] && direction === mostVisitors[1]
  const order = isUsual ? '' : (direction === 'desc' ? '-' : '') + column
  const parts = [tab.replace(/[%,]/g, encodeURIComponent), order, offset === 0 ? '' : String(offset), search]
  return parts.slice(0, parts.findLastIndex((part) => part !== '') + 1).join(',')
}

function readOrder(tab: Tab, text: string): Order {
  const dimension = dimensionOf(tab)
  const column = dimension && listColumns(dimension).find((name) => name === text.replace('-', ''))
  return column ? [column as Column, text.startsWith('-') ? 'desc' : 'asc'] : mostVisitors
}
