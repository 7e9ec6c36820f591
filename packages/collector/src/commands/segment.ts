import type { Recorded } from '../records/records.ts'
import { readSegment, type Segment } from '../segments/readSegment.ts'
import { conflictOf, createSegments, removalOf, type Segments } from '../segments/segments.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'
import { siteOption, withSite } from './withSite.ts'

const usage = 'segment takes one of: segment list, segment add --name NAME --filters JSON, segment change ID, segment remove ID'
const actions = ['list', 'add', 'change', 'remove']

/** `treadlight segment list|add|change|remove`: saved filters. */
export const segment: Command = {
  name: 'segment',
  positionals: 'list | add | change ID | remove ID',
  summary: 'Lists, adds, changes and removes segments: filters under a name',
  details: [
    'Queries ask for one as ["is", "segment", ["ID or name"]], the page beside its filters. The filters are those of the',
    'stats API: [["is", "visit:device", ["Mobile"]]]. Running collectors know of it within 10 s.',
  ].join('\n'),
  options: [
    { name: 'name', type: 'string', summary: 'add, change: what it is called' },
    { name: 'filters', type: 'string', summary: 'add, change: its filters, as JSON' },
    { name: 'dry-run', type: 'boolean', summary: 'remove: says what that would do, removes nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints { segments }, the segment, or { id, removed, dry_run, sentence }' },
    siteOption,
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', id] = positionals
    const needsId = action === 'change' || action === 'remove'
    if (!actions.includes(action) || positionals.length !== (needsId ? 2 : 1)) throw new ConfigError(usage)
    const isJson = values['json'] === true
    return withSite(config, values['site'], async (small, site) => {
      const segments = createSegments(small, Date.now)
      const all = await segments.list(site.id)
      if (action === 'list') console.log(isJson ? JSON.stringify({ segments: all }) : listed(all))
      else if (action === 'add') tell(await segments.add(site.id, readWanted(values, all)), 'added', isJson)
      else {
        const old = all.find((each) => each.id === id)
        if (!old) throw new ConfigError(`there is no segment ${id}: treadlight segment list says which there are`)
        if (action === 'change') tell((await segments.replace(site.id, old.id, readWanted(values, all, old)))!, 'changed', isJson)
        else await remove(segments, site.id, old, values)
      }
      return 0
    })
  },
}

/** @throws ConfigError naming the option */
function readWanted(values: Record<string, unknown>, all: readonly Recorded<Segment>[], old?: Recorded<Segment>): Segment {
  const wanted = readSegment(values['name'] ?? old?.name, values['filters'] === undefined ? old?.filters : parse(String(values['filters'])))
  const problem = typeof wanted === 'string' ? wanted : conflictOf(wanted, all.filter((each) => each !== old))
  if (problem !== undefined) throw new ConfigError(`--${problem}`)
  return wanted as Segment
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`--filters: is no JSON: ${(cause as Error).message}`, { cause })
  }
}

async function remove(segments: Segments, site: string, old: Recorded<Segment>, values: Record<string, unknown>): Promise<void> {
  const isDry = values['dry-run'] === true
  if (!isDry) await segments.remove(site, old.id)
  const sentence = removalOf(old)
  console.log(values['json'] === true ? JSON.stringify({ id: old.id, removed: isDry ? 0 : 1, dry_run: isDry, sentence }) : isDry ? `Nothing is removed yet. ${sentence}` : sentence)
}

function tell(made: Recorded<Segment>, what: string, isJson: boolean): void {
  console.log(isJson ? JSON.stringify(made) : `The segment ${made.id} (${made.name}) is ${what}. Running collectors know of it within 10 s.`)
}

function listed(all: readonly Recorded<Segment>[]): string {
  if (all.length === 0) return 'There are no segments: treadlight segment add makes one.'
  return all.map(({ id, name, filters }) => `${id}  ${name}  ${JSON.stringify(filters)}`).join('\n')
}
