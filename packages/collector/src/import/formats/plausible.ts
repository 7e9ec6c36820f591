import { channelOf } from '../../enrich/channelOf.ts'
import { isDay } from '../../days.ts'
import { browserName, deviceName, majorVersion, systemName } from '../deviceNames.ts'
import type { ImportedSums, ImportFile, ImportFormat, ImportHead } from '../importFormat.ts'
import { readTables, type Cells, type ReadRow } from '../readTable.ts'

type Sums = Omit<ImportedSums, 'day'>
/** What a row of a table says. @param sum reads a column as a whole number; 0 where it is not there */
type ReadTable = (cells: Cells, sum: (column: string) => number) => Sums[]

/**
 * Plausible's export: a zip with a table of sums for each kind of report. It has no hits, so these stay sums: see
 * `ImportedSums` of the store.
 */
export const plausible: ImportFormat = {
  name: 'plausible',
  title: 'Plausible: the zip of its export, sums of days',
  detects: (file) => tableOf(file) !== undefined,
  read(input) {
    const [only] = input.files
    if (input.files.length === 1 && tableOf(only!) === undefined) throw new Error(`[treadlight import] ${only!.name} is no table of Plausible's export: they are called imported_visitors.csv, imported_pages.csv and so on, and begin with the column date`)
    return readTables(input, plausible, (cells, file) => readSums(cells, tableOf(file)!))
  },
}

const namePattern = /^(?:.*\/)?imported_([a-z_]+?)(?:_\d{8}_\d{8})?\.csv$/

function tableOf({ name, text }: Pick<ImportHead, 'name' | 'text'> | ImportFile): ReadTable | undefined {
  const table = namePattern.exec(name)?.[1]
  return table !== undefined && Object.hasOwn(tables, table) && /^\uFEFF?"?date\b/.test(text) ? tables[table as keyof typeof tables] : undefined
}

function readSums(cells: Cells, table: ReadTable): ReadRow | ReadRow[] {
  const day = cells('date')
  if (!isDay(day)) return { problem: 'date is no day' }
  let bad: string | undefined
  const sums = table(cells, (column) => {
    const value = cells(column) === '' ? 0 : Number(cells(column))
    if (!Number.isSafeInteger(value) || value < 0) bad ??= column
    return value
  })
  return bad === undefined ? sums.map((its) => ({ sums: { day, ...its } })) : { problem: `${bad} is no whole number from 0` }
}

/** What most tables say of visits. */
const visitSums = (sum: (column: string) => number, visits = 'visits'): Sums => ({
  visitors: sum('visitors'),
  visits: sum(visits),
  entered: sum(visits),
  pageviews: sum('pageviews'),
  enteredViews: sum('pageviews'),
  bounced: sum('bounces'),
  duration: 1000 * sum('visit_duration'),
})

/** The same without pageviews where a table of an older version has none. */
function visitsOf(cells: Cells, sum: (column: string) => number, visits?: string): Sums {
  const { pageviews, enteredViews, ...others } = visitSums(sum, visits)
  return cells('pageviews') === '' ? others : { ...others, pageviews, enteredViews } as Sums
}

const notSet = '(not set)'
const direct = 'Direct / None'

/** Before 2025 the time until the next page, of all views that had one. */
function engagedOf(cells: Cells, sum: (column: string) => number): Sums {
  if (cells('total_time_on_page') !== '') return { engaged: 1000 * sum('total_time_on_page'), engagedVisits: sum('total_time_on_page_visits') }
  if (cells('time_on_page') === '') return {}
  return { engaged: 1000 * sum('time_on_page'), engagedVisits: Math.max(0, sum('pageviews') - sum('exits')) }
}

const tables = {
  visitors: (cells, sum) => [{ ...visitsOf(cells, sum), events: sum('pageviews') }],
  sources(cells, sum) {
    const sums = visitsOf(cells, sum)
    const [source, utmSource, medium, campaign] = [cells('source'), cells('utm_source'), cells('utm_medium'), cells('utm_campaign')]
    const channel = channelOf({ source: (utmSource || source).toLowerCase(), medium: medium.toLowerCase(), campaign: campaign.toLowerCase(), clicked: '' })
    return [
      { ...sums, dimension: 'visit:source', label: source || direct },
      { ...sums, dimension: 'visit:referrer', label: cells('referrer') || direct },
      { ...sums, dimension: 'visit:channel', label: channel || 'Direct' },
      { ...sums, dimension: 'visit:utm_source', label: utmSource || notSet },
      { ...sums, dimension: 'visit:utm_medium', label: medium || notSet },
      { ...sums, dimension: 'visit:utm_campaign', label: campaign || notSet },
      { ...sums, dimension: 'visit:utm_content', label: cells('utm_content') || notSet },
      { ...sums, dimension: 'visit:utm_term', label: cells('utm_term') || notSet },
    ]
  },
  pages(cells, sum) {
    const seen: Sums = { dimension: 'event:page', label: cells('page'), visitors: sum('visitors'), pageviews: sum('pageviews'), events: sum('pageviews') }
    const visits = cells('visits') === '' ? {} : { visits: sum('visits') }
    // Scrolling is summed there once for each visit, of visitors here; the difference is who came twice a day.
    const scroll = cells('total_scroll_depth') === '' ? {} : { scroll: sum('total_scroll_depth'), scrolled: sum('total_scroll_depth_visits') }
    return [{ ...seen, ...visits, ...scroll, ...engagedOf(cells, sum) }]
  },
  entry_pages(cells, sum) {
    const { visitors, visits, entered, bounced, duration, pageviews, enteredViews } = visitsOf(cells, sum, 'entrances')
    const landed = { entered, bounced, duration, ...(enteredViews !== undefined && { enteredViews }) } as Sums
    const page = cells('entry_page')
    // What is said of whole visits, `event:page` says of those that entered there.
    return [
      { dimension: 'visit:entry_page', label: page || notSet, visitors, visits, ...(pageviews !== undefined && { pageviews }), ...landed } as Sums,
      { dimension: 'event:page', label: page, ...landed },
    ]
  },
  exit_pages: (cells, sum) => [{ ...(cells('visit_duration') === '' ? { visitors: sum('visitors'), visits: sum('exits') } : visitsOf(cells, sum, 'exits')), dimension: 'visit:exit_page', label: cells('exit_page') || notSet }],
  custom_events(cells, sum) {
    const [label, events, visitors] = [cells('name'), sum('events'), sum('visitors')]
    return [{ events }, { dimension: 'event:name', label, events, visitors }, { dimension: 'event:goal', label, events, visitors }]
  },
  // Towns are numbers of GeoNames there, whose names nobody hands out along with them.
  locations(cells, sum) {
    const sums = visitsOf(cells, sum)
    return [{ ...sums, dimension: 'visit:country', label: cells('country') || notSet }, { ...sums, dimension: 'visit:region', label: cells('region') || notSet }]
  },
  devices: (cells, sum) => [{ ...visitsOf(cells, sum), dimension: 'visit:device', label: deviceName(cells('device')) ?? (cells('device') || notSet) }],
  browsers(cells, sum) {
    const sums = visitsOf(cells, sum)
    const version = cells('browser_version')
    return [{ ...sums, dimension: 'visit:browser', label: browserName(cells('browser')) ?? notSet }, { ...sums, dimension: 'visit:browser_version', label: majorVersion(version) ?? notSet }]
  },
  operating_systems(cells, sum) {
    const sums = visitsOf(cells, sum)
    return [{ ...sums, dimension: 'visit:os', label: systemName(cells('operating_system')).os ?? notSet }, { ...sums, dimension: 'visit:os_version', label: cells('operating_system_version') || notSet }]
  },
} satisfies Record<string, ReadTable>
