import { type Filter, readFilters, writeFilters } from './filter.ts'
import { isMetric, type Metric } from './metrics.ts'
import { panels, type PanelKind, type TabDimension } from './panels.ts'
import { isDay, isPeriodName, type Period } from './period.ts'

/** What the page shows. All of it is in the address, so that a link or the back button restores it. */
export interface View {
  /** Empty: the first site. */
  site: string
  period: Period
  metric: Metric
  filters: readonly Filter[]
  /** The open tab of each panel that does not show its first one. */
  tabs: Readonly<Partial<Record<PanelKind['id'], TabDimension>>>
}

const defaults: View = { site: '', period: '30d', metric: 'visitors', filters: [], tabs: {} }

/** Reads an address's query. What it does not know falls back to the default: old links stay good. */
export function readView(search: string): View {
  const parameters = new URLSearchParams(search)
  const metric = parameters.get('metric') ?? ''
  return {
    site: parameters.get('site') ?? defaults.site,
    period: readPeriod(parameters.get('period') ?? ''),
    metric: isMetric(metric) ? metric : defaults.metric,
    filters: readFilters(parameters.getAll('f')),
    tabs: readTabs(parameters),
  }
}

/** Writes an address's query without what is at its default; empty or beginning with `?`. */
export function writeView(view: View): string {
  const parameters = new URLSearchParams()
  if (view.site !== defaults.site) parameters.set('site', view.site)
  if (view.period !== defaults.period) parameters.set('period', String(view.period))
  if (view.metric !== defaults.metric) parameters.set('metric', view.metric)
  for (const filter of writeFilters(view.filters)) parameters.append('f', filter)
  for (const [panel, tab] of Object.entries(view.tabs)) parameters.set(panel, tab)

  // Commas, colons and slashes are good in a query as they are (RFC 3986, 3.4) and kinder to the eye.
  const query = parameters.toString().replace(/%(2C|3A|2F)/g, decodeURIComponent)
  return query === '' ? '' : `?${query}`
}

/** The tab that a panel shows. */
export function openTab(view: View, panel: PanelKind): TabDimension {
  return view.tabs[panel.id] ?? panel.tabs[0]
}

function readPeriod(value: string): Period {
  if (isPeriodName(value)) return value
  const [from = '', to = '', ...rest] = value.split(',')
  return rest.length === 0 && isDay(from) && isDay(to) && from <= to ? [from, to] : defaults.period
}

function readTabs(parameters: URLSearchParams): View['tabs'] {
  const tabs: Partial<Record<PanelKind['id'], TabDimension>> = {}
  for (const panel of panels) {
    const tab = panel.tabs.find((name) => name === parameters.get(panel.id))
    if (tab && tab !== panel.tabs[0]) tabs[panel.id] = tab
  }
  return tabs
}
