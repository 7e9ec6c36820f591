import type { Rating, VitalName } from './vitals.ts'

/** The words of the page of web vitals. */
export const words = {
  title: 'Web vitals',
  explain: 'How quick pages were for those who came: the value that three quarters of the reports do not exceed, by Google’s thresholds.',
  names: { LCP: 'Largest contentful paint', INP: 'Interaction to next paint', CLS: 'Cumulative layout shift', FCP: 'First contentful paint', TTFB: 'Time to first byte' } satisfies Record<VitalName, string>,
  meanings: {
    LCP: 'Until the largest picture or text was there',
    INP: 'How long the page took to answer a click or key',
    CLS: 'How much moved by itself while it was read',
    FCP: 'Until something was there',
    TTFB: 'Until the server’s answer began',
  } satisfies Record<VitalName, string>,
  ratings: { good: 'Good', 'needs-improvement': 'Needs improvement', poor: 'Poor' } satisfies Record<Rating, string>,
  shares: (good: string, between: string, poor: string): string => `${good} good, ${between} need improvement, ${poor} poor`,
  measured: (count: string): string => `${count} measured`,
  nothing: 'not measured',
  trend: (metric: string): string => `${metric} by day, 75th percentile`,
  p75: '75th percentile',
  day: 'Day',
  by: 'By',
  tabs: { 'event:page': 'Pages', 'visit:device': 'Devices', 'visit:country': 'Countries' },
  heads: { 'event:page': 'Page', 'visit:device': 'Device', 'visit:country': 'Country' },
  count: 'Measured',
  few: (count: string): string => `Values in grey are of fewer than ${count} reports.`,
  rowsOf: (shown: string, total: string): string => `The ${shown} with the most reports of ${total}`,
  leftOut: (count: string): string => `${count} reports count by their rating alone: their days had more different values than are kept apart.`,
  empty: 'No web vitals were sent in this period.',
  how: 'The tracker sends them once it is told to. For sites with a bundler: npm install @treadlight/tracker web-vitals, and in the code of every page:',
  code: (endpoint: string): string =>
    `import { init, standard } from '@treadlight/tracker'\nimport { vitals } from '@treadlight/tracker/vitals'\n\ninit({ endpoint: '${endpoint}', use: [vitals(), ...standard()] })`,
  umami: 'Sites with Umami’s tracker send them with data-performance="true".',
}
