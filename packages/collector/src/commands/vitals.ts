import { createFailures } from '../failures.ts'
import { createGoals } from '../goals/goals.ts'
import { openExisting } from '../openStore.ts'
import { createSegments } from '../segments/segments.ts'
import { ConfigError } from '../settings.ts'
import { QueryError } from '../stats/oneOf.ts'
import { createStatsDesk } from '../stats/statsDesk.ts'
import { answerVitals, type VitalsAnswer } from '../vitals/answerVitals.ts'
import type { VitalSummary } from '../vitals/summary.ts'
import { vitals as known, type VitalName } from '../vitals/thresholds.ts'
import { storageOptions, type Command } from './command.ts'
import { findSite, siteOption } from './withSite.ts'

/** `treadlight vitals`: how quick pages were for those who came. */
export const vitals: Command = {
  name: 'vitals',
  summary: 'Shows web vitals: the 75th percentile of each, and how many were good',
  details: [
    'They are there once the tracker sends them: import { vitals } from \'@treadlight/tracker/vitals\' (docs/tracker.md).',
    'Times are in ms. Filters are those of the stats API: \'[["is", "visit:device", ["Mobile"]]]\'.',
  ].join('\n'),
  options: [
    { name: 'range', type: 'string', summary: 'A range of the stats API, or two days with a comma between (default 30d)' },
    { name: 'by', type: 'string', summary: 'Also by a dimension: event:page, visit:device, visit:country, time:day …' },
    { name: 'filters', type: 'string', summary: 'Filters, as JSON' },
    { name: 'limit', type: 'string', summary: 'Most rows of --by (default 50)' },
    { name: 'json', type: 'boolean', summary: 'Prints what POST /api/vitals answers' },
    siteOption,
    ...storageOptions,
  ],
  async run({ config, values }) {
    const range = String(values['range'] ?? '30d')
    const body = {
      date_range: range.includes(',') ? range.split(',') : range,
      ...(values['by'] !== undefined && { by: values['by'] }),
      ...(values['filters'] !== undefined && { filters: parse(String(values['filters'])) }),
      ...(values['limit'] !== undefined && { limit: Number(values['limit']) }),
    }
    const { store, values: small, close } = await openExisting(config, { readOnly: true })
    try {
      const site = await findSite(config, values['site'], small)
      const desk = createStatsDesk({ store, goals: createGoals(small, Date.now), segments: createSegments(small, Date.now), failures: createFailures(Date.now), now: Date.now })
      const answer = await answerVitals(desk, store, site, body).catch(explain)
      console.log(values['json'] === true ? JSON.stringify(answer) : describe(answer))
      return 0
    } finally {
      await close()
    }
  },
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`--filters: is no JSON: ${(cause as Error).message}`, { cause })
  }
}

function explain(error: unknown): never {
  throw error instanceof QueryError ? new ConfigError(`--${error.message.replace(/^date_range:/, 'range:')}`, { cause: error }) : error
}

function describe({ metrics, rows, left_out: leftOut }: VitalsAnswer): string {
  const names = known.map(({ metric }) => metric)
  if (names.every((name) => metrics[name].measured === 0)) return 'No web vitals were sent in this range: treadlight vitals --help says how to send them.'
  return [
    ...names.map((name) => line(name, metrics[name])),
    ...(rows ?? []).map((row) => group(row, names)),
    ...(leftOut > 0 ? ['', `${leftOut} of them count by their rating alone: their days had more values than are kept apart.`] : []),
  ].join('\n')
}

function group({ value, measured, metrics }: NonNullable<VitalsAnswer['rows']>[number], names: readonly VitalName[]): string {
  const lines = names.filter((name) => metrics[name].measured > 0).map((name) => `\n  ${line(name, metrics[name])}`)
  return `\n${value} (${measured} measured)${lines.join('')}`
}

function line(name: VitalName, { p75, rating, measured, good, needs_improvement: between, poor }: VitalSummary): string {
  if (measured === 0) return `${name.padEnd(4)}  none`
  const share = (count: number): string => `${Math.round((count / measured) * 100)}%`
  return `${name.padEnd(4)}  ${String(p75 ?? '–').padStart(7)}  ${(rating ?? '').padEnd(17)}  good ${share(good)}, needs improvement ${share(between)}, poor ${share(poor)}, of ${measured}`
}
