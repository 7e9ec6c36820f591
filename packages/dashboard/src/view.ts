import { type Filter, readFilters, writeFilters } from './filter.ts'
import type { Interval } from './format.ts'
import { isMetric, type Metric } from './metrics.ts'
import { isPageName, type PageName } from './pageNames.ts'
import { findTab, panels, type PanelKind, type Tab } from './panels.ts'
import { type Days, intervalsOf, type Period, readDays, readPeriod } from './period.ts'

const comparisons = ['none', 'previous_period', 'year_over_year'] as const
const longestDetail = 300

/** What the page shows. All of it is in the address, so that a link or the back button restores it. */
export interface View {
  page: PageName
  /** Empty: the first site. */
  site: string
  period: Period
  /** What the numbers are held against. */
  compare: (typeof comparisons)[number] | Days
  /** How fine the chart is; `auto` goes by the period. */
  interval: Interval | 'auto'
  /** One metric over time, or pageviews by where they came from. */
  chart: 'line' | 'sources'
  metric: Metric
  filters: readonly Filter[]
  /** The open tab of each panel that does not show its first one. */
  tabs: Readonly<Partial<Record<PanelKind['id'], Tab>>>
  /** The open dialog, in the words of whoever opens it; empty without one. Text of the address: trust nothing in it. */
  detail: string
  /** What the open page has of its own: a search, an order, a person. Text of the address: trust nothing in it. */
  more: Readonly<Partial<Record<string, string>>>
}

/** What an address without a query shows. */
export const defaultView: View = {
  page: 'overview',
  site: '',
  period: '30d',
  compare: 'none',
  interval: 'auto',
  chart: 'line',
  metric: 'visitors',
  filters: [],
  tabs: {},
  detail: '',
  more: {},
}

/** What no page may call something of its own. */
const ownNames: ReadonlySet<string> = new Set([...Object.keys(defaultView), 'f', ...panels.map(({ id }) => id)])
/** Most that a page has of its own. */
const mostMore = 20

/** Reads an address's query. What it does not know falls back to the default: old links stay good. */
export function readView(search: string): View {
  const parameters = new URLSearchParams(search)
  const get = (name: string): string => parameters.get(name) ?? ''
  const metric = get('metric')
  const period = readPeriod(get('period')) ?? defaultView.period
  const page = get('page')
  return {
    page: isPageName(page) ? page : defaultView.page,
    site: get('site'),
    period,
    compare: comparisons.find((name) => name === get('compare')) ?? readDays(get('compare')) ?? defaultView.compare,
    interval: intervalsOf(period).find((name) => name === `time:${get('interval')}`) ?? defaultView.interval,
    chart: get('chart') === 'sources' ? 'sources' : defaultView.chart,
    metric: isMetric(metric) ? metric : defaultView.metric,
    filters: readFilters(parameters.getAll('f')),
    tabs: readTabs(parameters),
    detail: get('detail').slice(0, longestDetail),
    more: isPageName(page) ? readMore(parameters) : {},
  }
}

/** Writes an address's query without what is at its default; empty or beginning with `?`. */
export function writeView(view: View): string {
  const parameters = new URLSearchParams()
  for (const name of ['page', 'site', 'period', 'compare', 'interval', 'chart', 'metric'] as const)
    if (view[name] !== defaultView[name]) parameters.set(name, String(view[name]).replace(/^time:/, ''))
  for (const filter of writeFilters(view.filters)) parameters.append('f', filter)
  for (const [panel, tab] of Object.entries(view.tabs)) parameters.set(panel, tab)
  for (const [name, value] of Object.entries(view.more)) if (value) parameters.set(name, value)
  if (view.detail !== '') parameters.set('detail', view.detail)

  // Commas, colons and slashes are good in a query as they are (RFC 3986, 3.4) and kinder to the eye.
  const query = parameters.toString().replace(/%(2C|3A|2F)/g, decodeURIComponent)
  return query === '' ? '' : `?${query}`
}

/** The tab that a panel shows. */
export function openTab(view: View, panel: PanelKind): Tab {
  return view.tabs[panel.id] ?? panel.tabs[0]
}

function readMore(parameters: URLSearchParams): View['more'] {
  const own = [...parameters].filter(([name, value]) => /^[a-z_]{1,20}$/.test(name) && !ownNames.has(name) && value !== '')
  return Object.fromEntries(own.slice(0, mostMore).map(([name, value]) => [name, value.slice(0, longestDetail)]))
}

function readTabs(parameters: URLSearchParams): View['tabs'] {
  const tabs: Partial<Record<PanelKind['id'], Tab>> = {}
  for (const panel of panels) {
    const tab = findTab(panel, parameters.get(panel.id) ?? '')
    if (tab && tab !== panel.tabs[0]) tabs[panel.id] = tab
  }
  return tabs
}
