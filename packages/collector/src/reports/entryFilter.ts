import type { Entry } from './entries.ts'

/** django-pagetimer's names of what entries are filtered by (PT11), and where an entry has it. */
const fields = { username: 'username', session_key: 'session', ipaddress: 'address', path: 'path' } as const

/** A value that entries must have. */
export interface EntryFilter {
  param: keyof typeof fields
  value: string
}

/** Filters from the parameters of a page's address; others are ignored. */
export function readEntryFilters(parameters: URLSearchParams): EntryFilter[] {
  return (Object.keys(fields) as EntryFilter['param'][]).flatMap((param) => {
    const value = parameters.get(param)
    return value === null ? [] : [{ param, value }]
  })
}

/** Whether an entry has all of the values, exactly. */
export function meetsFilters(entry: Entry, filters: readonly EntryFilter[]): boolean {
  return filters.every(({ param, value }) => entry[fields[param]] === value)
}

/** The parameters of the address that shows these entries: of a link that adds a filter, or goes to another page (PT11). */
export function filterParameters(filters: readonly EntryFilter[], page = 1): URLSearchParams {
  const parameters = new URLSearchParams(filters.map(({ param, value }) => [param, value]))
  if (page > 1) parameters.set('page', String(page))
  return parameters
}
