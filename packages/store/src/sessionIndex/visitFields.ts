import { readVisit, type VisitDimension } from '../dimensions.ts'
import type { Dimension } from '../query.ts'
import type { Session } from '../sessions.ts'
import type { VisitText } from './sessionIndex.ts'

/** The columns that say what a visit is filed under, and the field of a hit that each stands for. */
const columns: Partial<Record<string, { column: VisitText; field: string }>> = {
  'visit:source': { column: 'rawSource', field: 'source' },
  'visit:referrer': { column: 'referrer', field: 'referrer' },
  'visit:channel': { column: 'channel', field: 'channel' },
  'visit:utm_source': { column: 'source', field: 'source' },
  'visit:utm_medium': { column: 'medium', field: 'medium' },
  'visit:utm_campaign': { column: 'campaign', field: 'campaign' },
  'visit:utm_term': { column: 'term', field: 'term' },
  'visit:utm_content': { column: 'content', field: 'content' },
  'visit:browser': { column: 'browser', field: 'browser' },
  'visit:browser_version': { column: 'browserVersion', field: 'browserVersion' },
  'visit:os': { column: 'os', field: 'os' },
  'visit:os_version': { column: 'osVersion', field: 'osVersion' },
  'visit:device': { column: 'device', field: 'device' },
  'visit:country': { column: 'country', field: 'country' },
  'visit:region': { column: 'region', field: 'region' },
  'visit:city': { column: 'city', field: 'city' },
  'visit:country_name': { column: 'country', field: 'country' },
  'visit:region_name': { column: 'region', field: 'region' },
  'visit:city_name': { column: 'city', field: 'city' },
  'visit:language': { column: 'language', field: 'language' },
}

/** What a visit is filed under as a column of it, and how the column's values are called. */
export interface VisitField {
  column: VisitText
  label(value: string): string
}

/** Undefined for what no single column says. The words are those of `readVisit`, which is asked about a visit that says nothing else. */
export function visitField(dimension: Dimension): VisitField | undefined {
  // The column has the classes, no longer the widths.
  if (dimension === 'visit:screen_class') return { column: 'screenClass', label: (value) => value || readVisit(dimension)(visitWith({})) }
  const known = Object.hasOwn(columns, dimension) ? columns[dimension] : undefined
  if (known === undefined) return undefined
  const { column, field } = known
  const read = readVisit(dimension as VisitDimension)
  return { column, label: (value) => read(visitWith({ [field]: value })) }
}

function visitWith(said: Record<string, string>): Session {
  const entry = { source: '', medium: '', campaign: '', referrer: '', referrerHost: '', ...said }
  return { hits: [entry], pageviews: [] } as unknown as Session
}

/** The page or host name that a visit began or ended with. */
export interface TouchedPage {
  which: 'first' | 'last'
  column: 'path' | 'hostname'
  /** What is said of visits without a pageview. */
  missing: string
}

/** Undefined for other dimensions. */
export function touchedPage(dimension: Dimension): TouchedPage | undefined {
  switch (dimension) {
    case 'visit:entry_page':
    case 'visit:entry_page_hostname':
    case 'visit:exit_page':
    case 'visit:exit_page_hostname':
      return {
        which: dimension.startsWith('visit:entry') ? 'first' : 'last',
        column: dimension.endsWith('hostname') ? 'hostname' : 'path',
        missing: readVisit(dimension)(visitWith({})),
      }
    default:
      return undefined
  }
}
