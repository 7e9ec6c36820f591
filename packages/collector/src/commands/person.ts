import { assertSite } from '../assertSite.ts'
import { openExisting } from '../openStore.ts'
import { namePerson, readPerson } from '../persons/person.ts'
import { mostVisits, readPosition, readTimeline, usualVisits, type PersonSummary, type Timeline } from '../persons/timeline.ts'
import type { TimelineEvent, TimelineView, TimelineVisit } from '../persons/visit.ts'
import { count } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight person`: what one person has done. */
export const person: Command = {
  name: 'person',
  summary: 'Shows the visits of one person, newest first, with what they saw and did',
  details: [
    'Name the person by exactly one of --user, --session and --visitor, as export shows them. Times are UTC.',
    'treadlight export --user writes everything that is stored of them; treadlight erase --user erases it.',
  ].join('\n'),
  options: [
    { name: 'user', type: 'string', summary: 'The id of a user' },
    { name: 'session', type: 'string', summary: 'The id of a session' },
    { name: 'visitor', type: 'string', summary: 'The hash of a visitor' },
    { name: 'limit', type: 'string', summary: `At least so many visits, where there are: up to ${mostVisits} (default ${usualVisits})` },
    { name: 'after', type: 'string', summary: 'Goes on where a page ended: what that one calls next' },
    { name: 'site', type: 'string', setting: 'site', summary: 'Of which site (default the setting site)' },
    { name: 'json', type: 'boolean', summary: 'Prints { summary, visits, next }, as GET /api/timeline has them' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const person = readPerson(values, '--')
    if (typeof person === 'string') throw new ConfigError(person)
    const after = readAfter(values['after'])
    const limit = readLimit(values['limit'])
    const { store, close } = await openExisting(config, { readOnly: true })
    try {
      await assertSite(store, config.site)
      const timeline = await readTimeline(store, { site: config.site, person, after, limit })
      console.log(values['json'] === true ? JSON.stringify(timeline) : describe(`${namePerson(person)} of site ${config.site}`, timeline))
      return 0
    } finally {
      await close()
    }
  },
}

function readLimit(text: unknown = String(usualVisits)): number {
  if (!/^\d{1,3}$/.test(String(text)) || Number(text) < 1 || Number(text) > mostVisits) throw new ConfigError(`--limit ${String(text)}: must be a whole number from 1 to ${mostVisits}`)
  return Number(text)
}

function readAfter(text: unknown) {
  if (text === undefined) return undefined
  const position = readPosition(String(text))
  if (position === undefined) throw new ConfigError(`--after ${String(text)}: must be what the page before calls next`)
  return position
}

function describe(whom: string, { summary, visits, next }: Timeline): string {
  if (summary === null) return `Nothing is there of ${whom}.`
  const lines = [...(summary ? [whom, ...describeSummary(summary), ''] : []), ...visits.flatMap(describeVisit)]
  return [...lines, ...(next === null ? [] : [`More: --after ${next}`])].join('\n').trimEnd()
}

function describeSummary({ first_seen, last_seen, visits, pageviews, events, engaged, complete }: PersonSummary): string[] {
  const sums = [count(visits, 'visit'), count(pageviews, 'pageview'), count(events, 'event'), `${Math.round(engaged).toLocaleString('en')} s engaged`].join(', ')
  return [`from ${shortTime(first_seen)} to ${shortTime(last_seen)}`, `${sums}${complete ? '' : ', of the newest hits'}`]
}

function describeVisit({ start, duration, source, device, browser, country, hits }: TimelineVisit): string[] {
  const about = [source, device, browser, country].filter((word) => word !== '').join(', ')
  return [`${shortTime(start)}  ${Math.round(duration)} s  ${printable(about)}`, ...hits.map(describeHit), '']
}

function describeHit(hit: TimelineView | TimelineEvent): string {
  const at = hit.time.slice(11, 19)
  if (hit.type === 'event') return `  ${at}  ${printable(hit.name)}  ${printable(JSON.stringify(hit.props))}`
  return `  ${at}  ${printable(hit.path)}${hit.title === '' ? '' : `  ${printable(hit.title)}`}${hit.engaged === null ? '' : `  ${Math.round(hit.engaged)} s`}`
}

function shortTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}

/** Visitors say what these texts are: nothing of them may steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '�')
}
