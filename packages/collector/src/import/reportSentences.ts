import { cleanText } from '@treadlight/protocol'
import { siteDay } from '@treadlight/store'
import { count } from '../progress.ts'
import type { ImportReport } from './importReport.ts'

interface Told {
  dryRun: boolean
  /** Where it went. */
  place: string
  timezone: string
}

/** What has come, what has not and why. */
export function reportSentences(report: ImportReport, { dryRun, place, timezone }: Told): string {
  const { stored, duplicate, older, outside, skipped, dropped, refused, problems, days, first, last, sums } = report
  const verb = dryRun ? 'Would import' : 'Imported'
  const span = first === undefined || last === undefined ? '' : `, ${count(days, 'day')} from ${siteDay(timezone, first)} to ${siteDay(timezone, last)}`
  const lines = sums === undefined || stored + duplicate > 0 ? [`${verb} ${count(stored, 'hit')} into ${place}${span}.`] : []
  if (sums !== undefined) lines.push(`${verb} sums of ${count(sums.days, 'day')}, from ${sums.first} to ${sums.last}${sums.outcome === 'duplicate' ? ': they were there already' : ''}.`)
  if (duplicate > 0) lines.push(`${count(duplicate, 'hit')} ${duplicate === 1 ? 'was' : 'were'} there already.`)
  if (older > 0) lines.push(`${count(older, 'hit')} ${older === 1 ? 'is' : 'are'} older than retention allows.`)
  if (outside > 0) lines.push(`${count(outside, 'hit')} of other days ${outside === 1 ? 'was' : 'were'} left out.`)
  lines.push(...reasons('Left out', skipped), ...reasons('Dropped by the settings', dropped), ...reasons('Not understood', refused))
  for (const { file, line, problem, sample } of problems) lines.push(cleanText(`  ${file}, line ${line}: ${problem}${sample === undefined ? '' : `: ${sample}`}`))
  return lines.join('\n')
}

function reasons(title: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  if (entries.length === 0) return []
  const all = entries.reduce((sum, [, number]) => sum + number, 0)
  return [`${title}: ${count(all, 'row')} (${entries.map(([reason, number]) => `${reason}: ${number.toLocaleString('en')}`).join('; ')})`]
}
