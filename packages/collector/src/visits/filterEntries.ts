import type { Entry } from '../reports/entries.ts'
import { entryFields } from './packedEntries.ts'
import type { VisitRequest } from './visitRequest.ts'

/** Those that have exactly these texts, of entries as they come. */
export async function* filterEntries(batches: AsyncIterable<Entry[]>, filters: VisitRequest['filters']): AsyncGenerator<Entry[]> {
  for await (const batch of batches) yield batch.filter((entry) => entryFields.every((field) => filters[field] === undefined || filters[field] === entry[field]))
}
