import type { PruneReport } from '@treadlight/store'

/** The sentence of plain.pageviews' chore, word for word (PV22); a dry run says so, and what is no pageview is said apart. */
export function pruneSentence({ anonymous, authenticated, others }: PruneReport, dryRun: boolean): string {
  const verb = dryRun ? 'would be deleted' : 'deleted'
  const lines = [`${anonymous} anonymous pageviews ${verb}, ${authenticated} authenticated pageviews ${verb}`]
  if (others > 0) lines.push(`${others} of their events and engagement reports ${verb}`)
  return lines.join('\n')
}
