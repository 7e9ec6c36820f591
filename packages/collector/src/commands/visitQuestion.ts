import { assertSite } from '../assertSite.ts'
import type { Config } from '../config.ts'
import { warnOfLoss } from '../damage.ts'
import { createFailures } from '../failures.ts'
import { createSegments } from '../segments/segments.ts'
import { createGoals } from '../goals/goals.ts'
import { createVisitDesk, type VisitDesk } from '../funnels/visitDesk.ts'
import { openExisting, type OpenStore } from '../openStore.ts'
import { ConfigError } from '../settings.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { QueryError } from '../stats/oneOf.ts'
import { storageOptions, type CommandOption } from './command.ts'

/** Which visits a command asks about. */
export const visitOptions: readonly CommandOption[] = [
  { name: 'site', type: 'string', setting: 'site', summary: 'Whose visits (default the setting site)' },
  { name: 'range', type: 'string', summary: 'When they began, as the API names it: 7d, 30d, month … (default 30d)' },
  { name: 'from', type: 'string', summary: 'First day instead, YYYY-MM-DD; with --to' },
  { name: 'to', type: 'string', summary: 'Last day, YYYY-MM-DD; with --from' },
  { name: 'filters', type: 'string', summary: 'Filters as the API takes them: \'[["is","visit:source",["Google"]]]\'' },
  ...storageOptions,
]

type Values = Readonly<Record<string, string | boolean | undefined>>

/** Where to ask, and the beginning of every question. */
interface VisitAsk {
  desk: VisitDesk
  site: { id: string; timezone: string }
  values: OpenStore['values']
  body: Readonly<Record<string, unknown>>
}

/**
 * Opens the store to look only, and asks. The question is read as the API reads it.
 * @returns the exit code: 1 where something was damaged and left out
 * @throws ConfigError naming the option
 */
export async function askVisits(config: Config, options: Values, ask: (to: VisitAsk) => Promise<string>): Promise<number> {
  const body = { date_range: readRange(options), ...(options['filters'] !== undefined && { filters: parseFilters(String(options['filters'])) }) }
  const { store, values, problems, close } = await openExisting(config, { readOnly: true })
  try {
    await assertSite(store, config.site)
    const site = { id: config.site, timezone: await timezoneOf(config, values) }
    const desk = createVisitDesk({ store, goals: createGoals(values, Date.now), segments: createSegments(values, Date.now), failures: createFailures(Date.now), now: Date.now })
    console.log(await ask({ desk, site, values, body }))
    return warnOfLoss('the answer', problems) ? 1 : 0
  } catch (error) {
    throw error instanceof QueryError ? asConfigError(error) : error
  } finally {
    await close()
  }
}

/** What the API calls a field is an option here. */
export function asConfigError(error: QueryError): ConfigError {
  return new ConfigError(error.message.replace(/^date_range:/, '--range:').replace(/^(filters|name|depth|branches|direction):/, '--$1:'), { cause: error })
}

function readRange({ range, from, to }: Values): unknown {
  if (from === undefined && to === undefined) return range ?? '30d'
  if (range !== undefined) throw new ConfigError('--range: name either a range or two days with --from and --to')
  if (from === undefined || to === undefined) throw new ConfigError(`--${from === undefined ? 'from' : 'to'}: --from and --to go together`)
  return [from, to]
}

function parseFilters(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`--filters: must be JSON such as '[["is","visit:source",["Google"]]]'`, { cause })
  }
}
