import { ConfigError } from '../settings.ts'
import { reportNames, type Person, type ReportName } from './report.ts'

/** django-pagetimer's, ms. */
const defaultInterval = 60_000

interface ReportFlags {
  name: ReportName
  /** ms between beats. */
  interval: number
  person: Person | undefined
  anonymize: boolean
  format: 'csv' | 'json'
}

/** Flags that say something of reports only, and of which. */
const flagsOf = {
  interval: reportNames,
  user: ['timeline'],
  session: ['timeline'],
  visitor: [],
  anonymize: ['pagetimer', 'time'],
  json: ['time', 'timeline'],
} as const satisfies Record<string, readonly ReportName[]>

/** Those that are for hits as well. */
const ofHits: ReadonlySet<string> = new Set(['user', 'session', 'visitor', 'anonymize'])

/** Seconds. Of a longer one nobody could tell whether somebody is still there. */
const longestInterval = 3600

/**
 * What the flags of `treadlight export` say of a report; undefined where hits are wanted.
 * @throws ConfigError naming the flag that is wrong, or out of place
 */
export function readReportOptions(values: Record<string, string | boolean | undefined>): ReportFlags | undefined {
  const { report, format } = values
  const name = reportNames.find((known) => known === report)
  if (report !== undefined && name === undefined) throw new ConfigError(`--report ${String(report)}: must be ${listNames(reportNames)}`)
  if (name !== undefined && format !== undefined) throw new ConfigError('--format is for hits: a report is CSV, or JSON with --json')
  for (const [flag, reports] of Object.entries(flagsOf)) {
    if (name === undefined && ofHits.has(flag)) continue
    if (flag === 'visitor' && values[flag] !== undefined) throw new ConfigError('--visitor: is for hits; a report has visitors as --session')
    if (values[flag] !== undefined && !reports.some((known) => known === name)) throw new ConfigError(`--${flag}: goes with --report ${listNames(reports)}`)
  }
  if (name === undefined) return undefined
  return {
    name,
    interval: readInterval(values['interval']),
    person: name === 'timeline' ? readPerson(values) : undefined,
    anonymize: values['anonymize'] === true,
    format: values['json'] === true ? 'json' : 'csv',
  }
}

/** `a, b or c` */
export function listNames(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function readInterval(text: unknown): number {
  if (text === undefined) return defaultInterval
  const seconds = /^\d{1,4}$/.test(String(text)) ? Number(text) : 0
  if (seconds < 1 || seconds > longestInterval)
    throw new ConfigError(`--interval ${String(text)}: must be a whole number of seconds from 1 to ${longestInterval}`)
  return seconds * 1000
}

function readPerson({ user, session }: Record<string, unknown>): Person {
  if ((user === undefined) === (session === undefined)) throw new ConfigError('--report timeline: name one person, with --user ID or --session ID')
  const id = user ?? session
  if (typeof id !== 'string' || id === '') throw new ConfigError(`--${user === undefined ? 'session' : 'user'}: must not be empty`)
  return user === undefined ? { session: id } : { user: id }
}
