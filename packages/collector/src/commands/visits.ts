import { assertSite } from '../assertSite.ts'
import { warnOfLoss } from '../damage.ts'
import { daysProblem, rangeOfDays } from '../export/exportDays.ts'
import { openExisting } from '../openStore.ts'
import { count } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { listVisits, visitsPerPage, type VisitPage } from '../visits/recentVisits.ts'
import { createVisitDays } from '../visits/visitDays.ts'
import { describeVisits, readVisitRequest } from '../visits/visitRequest.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight visits`: the page of recent visits, in a terminal (PT09–PT12). */
export const visits: Command = {
  name: 'visits',
  summary: 'Shows who was on which page, newest first, with the figures of all of them',
  details: [
    `Up to ${visitsPerPage} on a page. Filters are exact, and hold all at once; a page past the end is the last one. All of it as CSV is`,
    'treadlight export --report pagetimer.',
  ].join('\n'),
  options: [
    { name: 'username', type: 'string', summary: 'Only of this user; anonymous for those who have not logged in' },
    { name: 'session-key', type: 'string', summary: 'Only of this session, by its key' },
    { name: 'ipaddress', type: 'string', summary: 'Only from this address, as the site keeps it' },
    { name: 'path', type: 'string', summary: 'Only on this path' },
    { name: 'page', type: 'string', summary: 'Which page (default 1)' },
    { name: 'interval', type: 'string', summary: 'Seconds that one beat stands for (default 60)' },
    { name: 'json', type: 'boolean', summary: 'Prints { summary, results, page, pages, total, page_size }' },
    { name: 'site', type: 'string', setting: 'site', summary: 'Whose (default the setting site)' },
    { name: 'from', type: 'string', summary: 'First day, YYYY-MM-DD (default the first there is)' },
    { name: 'to', type: 'string', summary: 'Last day, YYYY-MM-DD (default the last there is)' },
    { name: 'timezone', type: 'string', setting: 'timezone', summary: 'Where days begin (default the site’s time zone)' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const { from, to } = values as Record<string, string | undefined>
    const request = readVisitRequest((name) => values[name.replace('_', '-')] as string | undefined)
    const problem = typeof request === 'string' ? `--${request}` : daysProblem({ from, to }, '--')
    if (typeof request === 'string' || problem !== undefined) throw new ConfigError(problem!)
    const { store, values: small, problems, close } = await openExisting(config, { readOnly: true })
    try {
      await assertSite(store, config.site)
      const range = rangeOfDays(values['timezone'] === undefined ? await timezoneOf(config, small) : config.timezone, { from, to })
      const page = await listVisits(createVisitDays(store), { site: config.site, ...range, ...request })
      console.log(values['json'] === true ? JSON.stringify(describeVisits(page, visitsPerPage)) : write(page))
      return warnOfLoss('the list', problems) ? 1 : 0
    } finally {
      await close()
    }
  },
}

function write({ summary, visits, page, pages }: VisitPage): string {
  const { interval, count: total, earliest, latest, distinct } = summary
  if (earliest === null || latest === null) return 'There are no visits of that kind.'
  const rows = visits.map(({ time, username, session, address, path }) => [timeOf(time), username, session, address || '-', path].map(printable).join('  '))
  return [
    `${count(total, 'visit')} from ${timeOf(earliest)} to ${timeOf(latest)}, one for each ${interval} s`,
    `users: ${distinct.username}, sessions: ${distinct.session}, addresses: ${distinct.address}, paths: ${distinct.path}`,
    '',
    ...rows,
    '',
    `page ${page} of ${pages}`,
  ].join('\n')
}

function timeOf(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').slice(0, 19)
}

/** What visitors send must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�')
}
