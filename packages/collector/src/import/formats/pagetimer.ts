import { beatName } from '../../hit/beatName.ts'
import type { ImportFormat } from '../importFormat.ts'
import { noHost, pageAddress } from '../pageAddress.ts'
import { hasColumns, hitOf, readTables, type Cells, type ReadRow } from '../readTable.ts'
import { readTime } from '../readTime.ts'

/**
 * django-pagetimer's visits: the CSV that its dashboard hands out (PT13), or its table as CSV. Each becomes an event as its
 * beats do: not interactive, and outside any view.
 */
export const pagetimer: ImportFormat = {
  name: 'pagetimer',
  title: 'django-pagetimer: pagevisits.csv, or its table as CSV',
  detects: (file) => hasColumns(file, ['username', 'session_key', 'ipaddress', 'path']) && (hasColumns(file, ['timestamp']) || hasColumns(file, ['visited'])),
  read: (input) => readTables(input, pagetimer, (cells) => readBeat(cells, input)),
}

function readBeat(cells: Cells, { timezone, host }: { timezone: string; host: string }): ReadRow {
  const time = readTime(cells('visited') || cells('timestamp'), timezone)
  if (time === undefined) return { problem: 'timestamp is no time' }
  const url = pageAddress(cells('path') || '/', host)
  if (url === undefined) return { problem: noHost }
  const session = sessionOf(cells('session_key'))
  const username = cells('username')
  return {
    hit: hitOf({
      time,
      url,
      type: 'event',
      name: beatName,
      interactive: false,
      // A number tells rows of one table apart, and there may be several tables.
      key: cells('id') && `${cells('id')} ${time} ${url}`,
      user: username === 'anonymous' ? '' : username,
      session,
      visitor: session,
      address: addressOf(cells('ipaddress')),
    }),
  }
}

/** Python 3 writes bytes as `b'…'`, and no session as `None`. */
function sessionOf(text: string): string {
  const key = /^b'(.*)'$/.exec(text)?.[1] ?? text
  return key === 'None' ? '' : key
}

/** The first of what proxies have listed: it has the header as it came. */
function addressOf(text: string): string {
  const first = text.split(',')[0]!.trim()
  return /^[0-9a-f.:]+$/i.test(first) ? first : ''
}
