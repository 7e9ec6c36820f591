import type { Entry } from './entries.ts'
import type { Table } from './table.ts'

/** Every entry, in the columns of django-pagetimer (PT13). */
export function pagetimerTable(entries: AsyncIterable<Entry[]>): Table {
  return { columns: ['timestamp', 'username', 'session_key', 'ipaddress', 'path'], batches: rows(entries) }
}

async function* rows(batches: AsyncIterable<Entry[]>): AsyncGenerator<string[][]> {
  for await (const batch of batches)
    yield batch.map(({ time, username, session, address, path }) => [new Date(time).toISOString(), username, session, address, path])
}
