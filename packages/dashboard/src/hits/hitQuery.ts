import type { Scope } from '../scope.ts'
import type { View } from '../view.ts'
import { words } from './words.ts'

/** The newest first. */
export const defaultOrder = '-timestamp'
export const pageSizes = ['10', '20', '50', '100'] as const
export const defaultSize = '20'

/** What narrows the list, by its name in the address. */
const narrowing = ['q', 'source', 'medium', 'known', 'type', 'user', 'session'] as const

/** Whether something of the page's own narrows the list. */
export function isNarrowed(more: View['more']): boolean {
  return narrowing.some((name) => more[name] !== undefined)
}

/** What to ask `GET /api/hits` for, beside the site: the period and the filters of the dashboard, and what the address says. */
export function toHitQuery({ date_range, filters = [] }: Pick<Scope['base'], 'date_range' | 'filters'>, more: View['more']): Record<string, string | undefined> {
  return {
    date_range: typeof date_range === 'string' ? date_range : JSON.stringify(date_range),
    ...(filters.length > 0 && { filters: JSON.stringify(filters) }),
    search: more['q'],
    source: more['source'],
    medium: more['medium'],
    known: isKnown(more['known']),
    type: Object.keys(words.types).find((type) => type === more['type']),
    user_id: more['user'],
    session_id: more['session'],
    order_by: more['order'],
    page: more['n'],
    page_size: pageSizes.find((size) => size === more['size']) ?? defaultSize,
  }
}

function isKnown(known: string | undefined): string | undefined {
  if (known === 'known') return 'true'
  return known === 'anonymous' ? 'false' : undefined
}
