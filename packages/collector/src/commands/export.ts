import { assertSite } from '../assertSite.ts'
import { warnOfLoss } from '../damage.ts'
import { addDays, startOfDay } from '../days.ts'
import { countLines, hitLines, type TimeRange } from '../hitLines.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExisting } from '../openStore.ts'
import { createOutputFile, createStandardOutput, type Output } from '../outputFile.ts'
import { count, createProgress, formatBytes, type Progress } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight export`: a site's hits, for other programs. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes the hits of a site, one JSON object a line',
  details: [
    'To standard output, or to a file that is there as a whole or not at all. Safe beside running collectors.',
    'Days are those of the site’s time zone. Hits come day by day, within a day in no order.',
  ].join('\n'),
  options: [
    { name: 'format', type: 'string', summary: 'ndjson, which is all there is so far (default ndjson)' },
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
    if (format !== 'ndjson') throw new ConfigError(`--format ${format}: only ndjson is there so far`)
    assertDays(from, to)
    const interrupt = onInterrupt()
    const { store, values: small, problems, close } = await openExisting(config, { readOnly: true })
    try {
      await assertSite(store, config.site)
      const range = rangeOf(values['timezone'] === undefined ? await timezoneOf(config, small) : config.timezone, from, to)
      const isFile = output !== undefined && output !== '-'
      const target = isFile ? await createOutputFile(output, values['force'] === true) : createStandardOutput()
      const copied = await copy(hitLines(store, { site: config.site, ...range }), target, interrupt.signal)
      if (copied === undefined) return interrupted
      if (isFile) console.error(`Wrote ${count(copied.hits, 'hit')} (${formatBytes(copied.bytes)}) of site ${config.site} to ${output}`)
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

/** Undefined where it was interrupted; then nothing is left of it. */
async function copy(lines: AsyncIterable<Uint8Array>, output: Output, signal: AbortSignal): Promise<{ hits: number; bytes: number } | undefined> {
  const copied = { hits: 0, bytes: 0 }
  const progress: Progress = createProgress()
  progress.show(() => `exporting … ${count(copied.hits, 'hit')}, ${formatBytes(copied.bytes)}`)
  let isFinished = false
  try {
    for await (const piece of lines) {
      if (signal.aborted) return undefined
      // Nobody takes any more: who reads it may have what they wanted.
      if (!(await output.write(piece))) break
      copied.hits += countLines(piece)
      copied.bytes += piece.byteLength
      progress.show(() => `exporting … ${count(copied.hits, 'hit')}, ${formatBytes(copied.bytes)}`)
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
