import { siteDay } from '@treadlight/store'
import { addDays } from '../days.ts'
import { dropDaysKept, readDrops, type Counts, type DayOfDrops } from '../drops/dropCounts.ts'
import { dropMeanings } from '../drops/dropMeanings.ts'
import { count } from '../progress.ts'
import { asNumber, ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'
import { siteOption, withSite } from './withSite.ts'

/** `treadlight drops`: what was not stored, and why. */
export const drops: Command = {
  name: 'drops',
  summary: 'Says what was not stored, by day and reason',
  details: [
    'As running collectors have written it, which they do once a minute. Samples of what was dropped, and hosts that are not the',
    'site’s, are in their memory alone: GET /api/drops and the dashboard’s settings have them.',
  ].join('\n'),
  options: [
    { name: 'days', type: 'string', summary: `How many days, up to today: 1 to ${dropDaysKept} (default 30)` },
    siteOption,
    { name: 'json', type: 'boolean', summary: 'Prints { site_id, days: [{ day, reasons, refused }] }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const days = asNumber(values['days'] ?? 30, 1, dropDaysKept)
    if (days === undefined) throw new ConfigError(`--days ${String(values['days'])}: must be from 1 to ${dropDaysKept}`)
    return withSite(config, values['site'], async (small, { id: site, timezone }) => {
      const today = siteDay(timezone, Date.now())
      const found = [...(await readDrops(small, site, addDays(today, 1 - days), today)).values()].toSorted((a, b) => (a.day < b.day ? -1 : 1))
      console.log(values['json'] === true ? JSON.stringify({ site_id: site, days: found }) : describe(site, days, found))
      return 0
    })
  },
}

function describe(site: string, days: number, found: readonly DayOfDrops[]): string {
  if (found.length === 0) return `Nothing of site ${site} was dropped or refused in the last ${count(days, 'day')}.`
  const byDay = found.map(({ day, reasons, refused }) => `${day}  ${[...said(reasons), ...said(refused).map((each) => `${each} (refused)`)].join(', ')}`)
  const reasons = [...new Set(found.flatMap((each) => Object.keys(each.reasons)))].toSorted()
  return [...byDay, ...(reasons.length === 0 ? [] : ['', ...reasons.map(explain)])].join('\n')
}

function said(counts: Counts): string[] {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a).map(([name, times]) => `${times} ${name}`)
}

function explain(reason: string): string {
  const meaning = Object.hasOwn(dropMeanings, reason) ? dropMeanings[reason as keyof typeof dropMeanings] : undefined
  return `${reason}: ${meaning === undefined ? 'a later version knows' : [meaning.means, meaning.remedy].filter(Boolean).join('. ')}.`
}
