import { assertSite } from '../assertSite.ts'
import { warnOfLoss } from '../damage.ts'
import { addDays, startOfDay } from '../days.ts'
import { countLines, hitLines, type TimeRange } from '../hitLines.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExisting, type AnyStore } from '../openStore.ts'
import { createOutputFile, createStandardOutput, type Output } from '../outputFile.ts'
import { count, createProgress, formatBytes, type Progress } from '../progress.ts'
import { listNames, readReportOptions } from '../reports/options.ts'
import { createReport, reportNames } from '../reports/report.ts'
import { writeTable, type Piece } from '../reports/table.ts'
import { ConfigError } from '../settings.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight export`: a site's hits, for other programs, and what they say of time on page (PT13, PT14, PT19). */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes the hits of a site, one JSON object a line, or a report on time on page',
  details: [
    'To standard output, or to a file that is there as a whole or not at all. Safe beside running collectors.',
    'Days are those of the site’s time zone. Hits come day by day, within a day in no order.',
    '',
    'Reports are CSV: pagetimer has a row for each beat and pageview, oldest first; time says how long each session of',
    'each user was on each page; timeline has the visits of one person in order.',
  ].join('\n'),
  options: [
    { name: 'format', type: 'string', summary: 'Of hits: ndjson, which is all there is so far (default ndjson)' },
    { name: 'report', type: 'string', summary: `${listNames(reportNames)}, instead of hits` },
    { name: 'interval', type: 'string', summary: 'Reports: seconds that one beat stands for (default 60)' },
    { name: 'user', type: 'string', summary: 'timeline: whose, by user id' },
    { name: 'session', type: 'string', summary: 'timeline: whose, by session id, or by its key in the other reports' },
    { name: 'anonymize', type: 'boolean', summary: 'pagetimer, time: users and sessions by names made for this export alone' },
    { name: 'json', type: 'boolean', summary: 'time, timeline: an array of JSON objects instead of CSV' },
    { name: 'site', type: 'string', setting: 'site', summary: 'Whose hits (default the setting site)' },
    { name: 'from', type: 'string', summary: 'First day, YYYY-MM-DD (default the first there is)' },
    { name: 'to', type: 'string', summary: 'Last day, YYYY-MM-DD (default the last there is)' },
    { name: 'timezone', type: 'string', setting: 'timezone', summary: 'Where days begin (default the site’s time zone)' },
    { name: 'output', type: 'string', summary: 'File to write (default standard output)' },
    { name: 'force', type: 'boolean', summary: 'Overwrites the file if there is one' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const { format = 'ndjson', from, to, output } = values as Record<string, string | undefined>
    const report = readReportOptions(values)
    if (format !== 'ndjson') throw new ConfigError(`--format ${format}: only ndjson is there so far`)
    assertDays(from, to)
    const interrupt = onInterrupt()
    const { store, values: small, problems, close } = await openExisting(config, { readOnly: true })
    try {
      await assertSite(store, config.site)
      const range = rangeOf(values['timezone'] === undefined ? await timezoneOf(config, small) : config.timezone, from, to)
      const isFile = output !== undefined && output !== '-'
      const target = isFile ? await createOutputFile(output, values['force'] === true) : createStandardOutput()
      const where = { site: config.site, ...range }
      const pieces = report === undefined ? hitPieces(store, where) : writeTable(createReport(store, report.name, { ...report, ...where }), report.format)
      const noun = report === undefined ? 'hit' : 'row'
      const copied = await copy(pieces, noun, target, interrupt.signal)
      if (copied === undefined) return interrupted
      if (isFile) console.error(`Wrote ${count(copied.rows, noun)} (${formatBytes(copied.bytes)}) of site ${config.site} to ${output}`)
      // It is worth having, and must not pass for a whole one.
      return warnOfLoss('the export', problems) ? 1 : 0
    } finally {
      interrupt.release()
      await close()
    }
  },
}

/** @throws ConfigError unless both are days, in order */
function assertDays(from: string | undefined, to: string | undefined): void {
  for (const [name, day] of [['from', from], ['to', to]] as const) {
    if (day !== undefined && !isDay(day)) throw new ConfigError(`--${name} ${day}: must be a day such as 2026-11-21`)
  }
  if (from !== undefined && to !== undefined && from > to) throw new ConfigError(`--from ${from} is behind --to ${to}`)
}

function rangeOf(timezone: string, from: string | undefined, to: string | undefined): TimeRange {
  return {
    ...(from !== undefined && { from: startOfDay(timezone, from) }),
    ...(to !== undefined && { to: startOfDay(timezone, addDays(to, 1)) }),
  }
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

async function* hitPieces(store: AnyStore, filter: TimeRange & { site: string }): AsyncGenerator<Piece> {
  for await (const bytes of hitLines(store, filter)) yield { bytes, rows: countLines(bytes) }
}

/** Undefined where it was interrupted; then nothing is left of it. */
async function copy(pieces: AsyncIterable<Piece>, noun: string, output: Output, signal: AbortSignal): Promise<{ rows: number; bytes: number } | undefined> {
  const copied = { rows: 0, bytes: 0 }
  const progress: Progress = createProgress()
  const show = (): void => progress.show(() => `exporting … ${count(copied.rows, noun)}, ${formatBytes(copied.bytes)}`)
  show()
  let isFinished = false
  try {
    for await (const { bytes, rows } of pieces) {
      if (signal.aborted) return undefined
      // Nobody takes any more: who reads it may have what they wanted.
      if (bytes.byteLength > 0 && !(await output.write(bytes))) break
      copied.rows += rows
      copied.bytes += bytes.byteLength
      show()
    }
    if (signal.aborted) return undefined
    await output.finish()
    isFinished = true
    return copied
  } finally {
    progress.end()
    if (!isFinished) await output.discard()
  }
}
