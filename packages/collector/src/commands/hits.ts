import { assertSite } from '../assertSite.ts'
import type { Config } from '../config.ts'
import { warnOfLoss } from '../damage.ts'
import { createHitDesk, type HitDesk, type HitsAnswer } from '../explorer/hitDesk.ts'
import type { DescribedHit } from '../explorer/describeHit.ts'
import { exactFields, orderNames } from '../explorer/readHitsRequest.ts'
import { createFailures } from '../failures.ts'
import { createGoals } from '../goals/goals.ts'
import { openExisting } from '../openStore.ts'
import { count } from '../progress.ts'
import { createSegments } from '../segments/segments.ts'
import { ConfigError } from '../settings.ts'
import type { Site } from '../sites/sites.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { QueryError } from '../stats/oneOf.ts'
import { storageOptions, type Command } from './command.ts'

/** Options that are parameters of `GET /api/hits`, and what these are called there. */
const params: Readonly<Record<string, string>> = { search: 'search', 'order-by': 'order_by', page: 'page', 'page-size': 'page_size', range: 'date_range', filters: 'filters' }
/** Between several `--filter`: paths and sources may have commas. */
const separator = '\n'
/** What `--filter` takes. */
const filterNames = [...Object.keys(exactFields), 'type', 'known']

/** `treadlight hits [ID]`: single hits. */
export const hits: Command = {
  name: 'hits',
  positionals: '[ID]',
  summary: 'Lists hits, searched, filtered and ordered, or shows one with all its fields',
  details: [
    'A search looks in id, user, url, session, source and medium, whatever the case. --filter takes NAME=VALUE, where NAME is one of',
    `${filterNames.join(', ')};`,
    `--order-by one of ${orderNames.join(', ')}, with - before it for the other way round: --order-by=-url.`,
  ].join('\n'),
  options: [
    { name: 'search', type: 'string', summary: 'A text that hits have in one of these fields' },
    { name: 'filter', type: 'string', multiple: true, separator, summary: 'NAME=VALUE; may be repeated. source= asks for hits without one' },
    { name: 'filters', type: 'string', summary: 'Filters as the API takes them: \'[["is","visit:source",["Google"]]]\'' },
    { name: 'range', type: 'string', summary: 'When they were, as the API names it: 7d, 30d, month, ["2026-01-01","2026-01-31"] … (default all)' },
    { name: 'order-by', type: 'string', summary: 'In which order (default -timestamp)' },
    { name: 'page', type: 'string', summary: 'Which page (default 1)' },
    { name: 'page-size', type: 'string', summary: 'Hits of a page, 1 to 200 (default 20)' },
    { name: 'site', type: 'string', setting: 'site', summary: 'Of which site (default the setting site)' },
    { name: 'json', type: 'boolean', summary: 'Prints what GET /api/hits answers, or { site_id, hit }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [id, another] = positionals
    if (another !== undefined) throw new ConfigError(`hits: name one hit at a time, not ${count(positionals.length, 'hit')}`)
    const isJson = values['json'] === true
    const asked = readParams(values)
    if (id !== undefined && Object.keys(asked).length > 0) throw new ConfigError(`hits ${id}: an id names one hit; leave the other options out`)
    return look(config, async (desk, site) => {
      if (id === undefined) return isJson ? JSON.stringify(await desk.page(site, asked)) : table(await desk.page(site, asked))
      const hit = await desk.find(site, id)
      if (hit === undefined) throw new ConfigError(`there is no hit ${id} on the site ${site.id}; it may have been erased or pruned`)
      return isJson ? JSON.stringify({ site_id: site.id, hit }) : fieldsOf(hit)
    })
  },
}

/** @throws ConfigError for a `--filter` that is none */
function readParams(values: Readonly<Record<string, string | boolean | undefined>>): Record<string, string> {
  const asked: Record<string, string> = {}
  for (const [option, name] of Object.entries(params)) if (values[option] !== undefined) asked[name] = String(values[option])
  const filters = values['filter'] === undefined ? [] : String(values['filter']).split(separator)
  for (const filter of filters) {
    const [name = '', ...rest] = filter.split('=')
    if (!filterNames.includes(name) || !filter.includes('=')) throw new ConfigError(`--filter ${filter}: must be NAME=VALUE, where NAME is one of ${filterNames.join(', ')}`)
    asked[name] = rest.join('=')
  }
  return asked
}

/** @returns the exit code: 1 where something was damaged and left out */
async function look(config: Config, ask: (desk: HitDesk, site: Pick<Site, 'id' | 'timezone'>) => Promise<string>): Promise<number> {
  const { store, values, problems, close } = await openExisting(config, { readOnly: true })
  try {
    await assertSite(store, config.site)
    const desk = createHitDesk({ store, goals: createGoals(values, Date.now), segments: createSegments(values, Date.now), failures: createFailures(Date.now), now: Date.now })
    console.log(await ask(desk, { id: config.site, timezone: await timezoneOf(config, values) }))
    return warnOfLoss('the answer', problems) ? 1 : 0
  } catch (error) {
    throw error instanceof QueryError ? new ConfigError(`--${optionOf(error.message)}`, { cause: error }) : error
  } finally {
    await close()
  }
}

/** What the API calls a parameter is an option here. */
function optionOf(message: string): string {
  const name = message.slice(0, message.indexOf(':'))
  const option = Object.keys(params).find((each) => params[each] === name) ?? `filter ${name}`
  return option + message.slice(name.length)
}

const columns = ['timestamp', 'type', 'user_id', 'url', 'source', 'session_id', 'id']
/** Where a column is cut: an address may have thousands of characters. */
const widest = 60

function table({ results, page, pages, total }: HitsAnswer): string {
  const head = `${count(total, 'hit')}${pages > 1 ? `, page ${page} of ${pages.toLocaleString('en')}` : ''}`
  if (results.length === 0) return head
  const rows = [columns, ...results.map((hit) => columns.map((name) => cut(printable(String(hit[name] ?? '')))))]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return [head, '', ...rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd())].join('\n')
}

function fieldsOf(hit: DescribedHit): string {
  const width = Math.max(...Object.keys(hit).map(({ length }) => length))
  return Object.entries(hit)
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('\n')
}

function cut(text: string): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text
}

/** What visitors wrote moves no cursor and changes no colour. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�')
}
