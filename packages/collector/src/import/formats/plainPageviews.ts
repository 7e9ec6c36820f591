import type { ImportFormat } from '../importFormat.ts'
import { hasColumns, hitOf, readTables, type Cells, type ReadRow } from '../readTable.ts'
import { readTime } from '../readTime.ts'

/**
 * The table of plain.pageviews as CSV, with or without the columns that its later versions have added: rows of before these
 * get their source from their URL, as all hits do (PV15).
 */
export const plainPageviews: ImportFormat = {
  name: 'plain',
  title: 'plain.pageviews: its table as CSV',
  detects: (file) => hasColumns(file, ['url', 'timestamp', 'user_id', 'session_id', 'referrer', 'title']),
  read: (input) => readTables(input, plainPageviews, (cells) => readPageview(cells, input.timezone)),
}

function readPageview(cells: Cells, zone: string): ReadRow {
  const time = readTime(cells('timestamp'), zone)
  if (time === undefined) return { problem: 'timestamp is no time' }
  const url = cells('url')
  if (!/^https?:\/\//i.test(url)) return { problem: 'url is no address of a page' }
  const [id, session] = [cells('uuid') || cells('id'), cells('session_id')]
  return {
    hit: hitOf({
      time,
      url,
      type: 'pageview',
      // A number tells rows of one table apart, and there may be several tables.
      key: id && `${id} ${time} ${url}`,
      title: cells('title'),
      referrer: cells('referrer'),
      user: cells('user_id'),
      session,
      visitor: session,
      source: cells('source').trim().toLowerCase(),
      medium: cells('medium').trim().toLowerCase(),
      campaign: cells('campaign').trim().toLowerCase(),
    }),
  }
}
