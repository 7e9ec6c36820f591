/** Every word of the page in one place, so that it can be read as a whole and, one day, translated. */
export const text = {
  product: 'Treadlight',
  loading: 'Loading',

  login: {
    password: 'Password',
    submit: 'Log in',
    hint: 'The first start of the collector printed it; `npx treadlight user reset` makes another.',
  },

  live: {
    people: (count: number): string =>
      count === 0 ? 'no one now' : count === 1 ? '1 person now' : `${count} people now`,
    meaning: 'Visitors of the last 5 minutes',
    offline: 'offline, retrying',
  },

  periods: {
    day: 'Today',
    yesterday: 'Yesterday',
    '7d': 'Last 7 days',
    '30d': 'Last 30 days',
    '91d': 'Last 91 days',
    '12mo': 'Last 12 months',
    custom: 'Own dates',
  },
  period: 'Period',
  site: 'Site',
  from: 'First day',
  to: 'Last day',
  apply: 'Show',

  metrics: {
    visitors: 'Visitors',
    visits: 'Visits',
    pageviews: 'Pageviews',
    views_per_visit: 'Views per visit',
    bounce_rate: 'Bounce rate',
    visit_duration: 'Visit duration',
  },
  trendOf: 'Metric of the chart',
  chartKeys: 'Left and right arrow keys move through the chart',
  buckets: { 'time:hour': 'Hour', 'time:day': 'Day', 'time:month': 'Month' },
  soFar: 'so far',

  dimensions: {
    'event:page': 'Page',
    'event:hostname': 'Host',
    'event:name': 'Event',
    'visit:entry_page': 'Entry page',
    'visit:exit_page': 'Exit page',
    'visit:source': 'Source',
    'visit:referrer': 'Referrer',
    'visit:utm_source': 'Campaign source',
    'visit:utm_medium': 'Medium',
    'visit:utm_campaign': 'Campaign',
  },
  operators: { is: 'is', is_not: 'is not', contains: 'contains', contains_not: 'does not contain' },
  filters: 'Filters',
  removeFilter: 'Remove filter',
  clearFilters: 'Clear all',

  panels: { pages: 'Top pages', sources: 'Sources' },
  tabs: {
    'event:page': 'Pages',
    'visit:entry_page': 'Entry',
    'visit:exit_page': 'Exit',
    'visit:source': 'Sources',
    'visit:referrer': 'Referrers',
    'visit:utm_campaign': 'Campaigns',
    'visit:utm_medium': 'Mediums',
  },
  share: '%',
  shareMeaning: 'Share of all visitors',
  direct: 'Direct / None',
  notSet: '(not set)',
  open: 'Open in a new tab',
  more: 'More',
  moreOf: (panel: string): string => `More: ${panel}`,
  close: 'Close',
  previous: 'Previous',
  next: 'Next',
  rowsOf: (first: string, last: string, total: string): string => `${first}–${last} of ${total}`,

  noData: 'No data for this period',
  noCampaigns: 'No tagged links were followed. Add utm_campaign to the links that you share.',
  retry: 'Try again',
  unreachable: 'The collector does not answer. Check that it is running; this page tries again by itself.',
  notJson: (status: number): string =>
    `Something else than the collector answered (status ${status}). Check the proxy in front of it.`,

  welcome: {
    title: 'Ready for the first hit',
    explain: 'Paste this tag into the pages to count, anywhere inside <head>.',
    copy: 'Copy',
    copied: 'Copied',
    selected: 'Selected: press Ctrl or ⌘ + C',
    waiting: 'Waiting for the first hit…',
    demo: 'Or try it first on the demo page',
  },

  timezone: (zone: string): string => `Days of ${zone}`,
  docs: 'Docs: README of the package',
  logout: 'Log out',
}
