import { assertSite } from '../assertSite.ts'
import { warnOfLoss } from '../damage.ts'
import { countRows, createExport } from '../export/createExport.ts'
import { daysProblem, rangeOfDays, type ExportDays } from '../export/exportDays.ts'
import { exportFormats, isExportFormat, type ExportFormat } from '../export/formats.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExisting } from '../openStore.ts'
import { createOutputFile, createStandardOutput, type Output } from '../outputFile.ts'
import { personKinds, readPerson, type Person } from '../persons/person.ts'
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
  summary: 'Writes the hits of a site as CSV, NDJSON or Parquet, or a report on time on page',
  details: [
    'To standard output, or to a file that is there as a whole or not at all. Safe beside running collectors.',
    'Days are those of the site’s time zone. Hits come day by day, within a day in no order.',
    'Anonymised, users, sessions, visitors and ids have names made for this export alone, and what leads to a person is',
    'left out: docs/export.md says what becomes of each column.',
    '',
    'Reports are CSV: pagetimer has a row for each beat and pageview, oldest first; time says how long each session of',
    'each user was on each page; timeline has the visits of one person in order.',
  ].join('\n'),
  options: [
    { name: 'format', type: 'string', summary: `Of hits: ${listNames(exportFormats)} (default ndjson)` },
    { name: 'report', type: 'string', summary: `${listNames(reportNames)}, instead of hits` },
    { name: 'interval', type: 'string', summary: 'Reports: seconds that one beat stands for (default 60)' },
    { name: 'user', type: 'string', summary: 'Hits, timeline: whose alone, by user id' },
    { name: 'session', type: 'string', summary: 'Hits, timeline: whose alone, by session id; timeline: or by its key in the other reports' },
    { name: 'visitor', type: 'string', summary: 'Hits: whose alone, by the hash of a visitor' },
    { name: 'anonymize', type: 'boolean', summary: 'Hits, pagetimer, time: nobody by their name; see above' },
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
    const { format: named = 'ndjson', from, to, output } = values as Record<string, string | undefined>
    const report = readReportOptions(values)
    const person = report === undefined ? readWhose(values) : undefined
    const isFile = output !== undefined && output !== '-'
    const format = readFormat(named, !isFile && process.stdout.isTTY)
    assertDays({ from, to })
    const interrupt = onInterrupt()
    const { store, values: small, problems, close } = await openExisting(config, { readOnly: true })
    try {
      await assertSite(store, config.site)
      const range = rangeOfDays(values['timezone'] === undefined ? await timezoneOf(config, small) : config.timezone, { from, to })
      const where = { site: config.site, ...range }
      const anonymize = values['anonymize'] === true
      const total = report === undefined ? await countRows(store, { ...where, person }) : undefined
      const target = isFile ? await createOutputFile(output, values['force'] === true) : createStandardOutput()
      const pieces = report === undefined ? createExport(store, { ...where, person, format, anonymize }) : writeTable(createReport(store, report.name, { ...report, ...where }), report.format)
      const noun = report === undefined ? 'hit' : 'row'
      const copied = await copy(pieces, { noun, total }, target, interrupt.signal)
      if (copied === undefined) return interrupted
      if (isFile) console.error(`Wrote ${count(copied.rows, noun)} (${formatBytes(copied.bytes)}) of site ${config.site}${anonymize ? ', anonymised,' : ''} to ${output}`)
      // It is worth having, and must not pass for a whole one.
      return warnOfLoss('the export', problems) ? 1 : 0
    } finally {
      interrupt.release()
      await close()
    }
  },
}

/** @throws ConfigError for more than one person, and where nobody is to be told by their name */
function readWhose(values: Record<string, string | boolean | undefined>): Person | undefined {
  if (personKinds.every((kind) => values[kind] === undefined)) return undefined
  const person = readPerson(values, '--')
  if (typeof person === 'string') throw new ConfigError(person)
  if (values['anonymize'] === true) throw new ConfigError('--anonymize: is not for one person, whom you have named')
  return person
}

/** @throws ConfigError for what is none, and for one that a terminal would be spoilt by */
function readFormat(format: string, isTerminal: boolean): ExportFormat {
  if (!isExportFormat(format)) throw new ConfigError(`--format ${format}: must be ${listNames(exportFormats)}`)
  if (format === 'parquet' && isTerminal) throw new ConfigError('--format parquet: is not for terminals: name a file with --output, or redirect it with >')
  return format
}

/** @throws ConfigError unless both are days, in order */
function assertDays(days: ExportDays): void {
  const problem = daysProblem(days, '--')
  if (problem !== undefined) throw new ConfigError(problem)
}

/** What is copied, and how much of it there is, about, where that is known. */
interface Rows {
  noun: string
  total: number | undefined
}

/** Undefined where it was interrupted; then nothing is left of it. */
async function copy(pieces: AsyncIterable<Piece>, { noun, total }: Rows, output: Output, signal: AbortSignal): Promise<{ rows: number; bytes: number } | undefined> {
  const copied = { rows: 0, bytes: 0 }
  const progress: Progress = createProgress()
  const of = total === undefined ? '' : ` of about ${total.toLocaleString('en')}`
  const show = (): void => progress.show(() => `exporting … ${count(copied.rows, noun)}${of}, ${formatBytes(copied.bytes)}`)
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
