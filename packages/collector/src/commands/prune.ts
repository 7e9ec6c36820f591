import type { PruneReport, Values } from '@treadlight/store'
import { assertSite } from '../assertSite.ts'
import { isTextFile, type Config } from '../config.ts'
import { openExisting, type AnyStore } from '../openStore.ts'
import { createProgress } from '../progress.ts'
import { pruneBefore } from '../pruneBefore.ts'
import { momentProblem, readPruneMoment } from '../pruneMoment.ts'
import { pruneSites } from '../pruneSites.ts'
import { pruneSentence } from '../pruneSentence.ts'
import { ConfigError } from '../settings.ts'
import { createSiteRecords } from '../sites/siteRecords.ts'
import { timezoneOf } from '../sites/timezoneOf.ts'
import { retentionPolicy } from '../upkeep.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight prune`: deletes what retention no longer allows (PV22), or what is older than a moment (PT15). */
export const prune: Command = {
  name: 'prune',
  summary: 'Deletes hits that are older than retention allows, or than a moment',
  details: [
    'A running collector does this by itself once an hour, by retention. From here on nobody sees them; their bytes leave',
    'the storage with upkeep, of which this does a first round. Safe beside running collectors.',
    '(Of a text file, store.type ndjson, only one process at a time may do it.)',
  ].join('\n'),
  options: [
    { name: 'dry-run', type: 'boolean', summary: 'Counts what would be deleted, deletes nothing' },
    { name: 'before', type: 'string', summary: 'Instead of retention: all that is older than YYYY-MM-DD hh:mm:ss or YYYY-MM-DD, in the site’s time zone' },
    { name: 'anonymous', type: 'string', setting: 'retention.anonymous', summary: 'Days that anonymous hits are kept (default 90)' },
    {
      name: 'authenticated',
      type: 'string',
      setting: 'retention.authenticated',
      summary: 'Days that hits of known users are kept (default 365)',
    },
    { name: 'newest', type: 'string', setting: 'retention.newest', summary: 'Only so many hits of each site stay, the newest (default all)' },
    { name: 'site', type: 'string', summary: 'Only the hits of this site (default every site)' },
    { name: 'json', type: 'boolean', summary: 'Prints { anonymous, authenticated, others, dryRun }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const dryRun = values['dry-run'] === true
    const site = values['site'] as string | undefined
    const before = values['before'] as string | undefined
    if (before !== undefined) assertBefore(before, values)
    const { store, values: small, close } = await openExisting(config, { readOnly: dryRun, freesSpace: true })
    try {
      if (site !== undefined) await assertSite(store, site)
      const report =
        before === undefined
          ? await (site === undefined
              ? pruneSites(store, retentionPolicy(config.retention), { dryRun, except: await madeUp(small) })
              : store.prune(retentionPolicy(config.retention), { dryRun, site }))
          : await pruneBefore(store, await momentsOf(before, { config, values: small, sites: await sitesOf(store, config, site, small) }), {
              dryRun,
              newest: values['newest'] === undefined ? undefined : config.retention.newest,
            })
      console.log(values['json'] ? JSON.stringify({ ...report, dryRun }) : pruneSentence(report, dryRun))
      if (!dryRun) await clear(store, report, isTextFile(config))
      return 0
    } finally {
      await close()
    }
  },
}

/** @throws ConfigError where it is no moment, whatever the time zone, or goes with another age */
function assertBefore(before: string, values: Record<string, unknown>): void {
  const other = ['anonymous', 'authenticated'].find((name) => values[name] !== undefined)
  if (other !== undefined) throw new ConfigError(`--before and --${other} both say how old is too old: use one of them`)
  // Before the store is opened; `momentsOf` asks the sites' own calendars.
  const problem = momentProblem(before)
  if (problem !== undefined) throw new ConfigError(`--before ${before}: ${problem}`)
}

async function sitesOf(store: AnyStore, config: Config, site: string | undefined, values: Values): Promise<readonly string[]> {
  if (site !== undefined) return [site]
  const except = await madeUp(values)
  return ((await store.sites?.()) ?? [config.site]).filter((each) => !except.includes(each))
}

/** Sites whose hits no retention is for. */
async function madeUp(values: Values): Promise<string[]> {
  return (await createSiteRecords(values).load()).flatMap(({ id, demo, removed }) => (demo && !removed ? [id] : []))
}

interface Calendars {
  config: Config
  values: Values
  sites: readonly string[]
}

/**
 * What each site's calendar means by a moment, ms since 1970.
 * @throws ConfigError where a site's clock has never shown it, or has not yet
 */
async function momentsOf(before: string, { config, values, sites }: Calendars): Promise<Map<string, number>> {
  const moments = new Map<string, number>()
  for (const site of sites) {
    const moment = readPruneMoment(before, { id: site, timezone: await timezoneOf({ ...config, site }, values) }, Date.now())
    if (typeof moment === 'string') throw new ConfigError(`--before ${before}: ${moment}`)
    moments.set(site, moment)
  }
  return moments
}

/** A first round of upkeep, and on stderr what it leaves to others: stdout is for the sentence, which programs read. */
async function clear(store: AnyStore, { anonymous, authenticated, others }: PruneReport, isAtOnce: boolean): Promise<void> {
  const progress = createProgress()
  progress.show(() => 'clearing the storage …')
  try {
    await store.maintain()
  } catch (cause) {
    throw new ConfigError(`that is pruned, but upkeep failed: ${(cause as Error).message}`, { cause })
  } finally {
    progress.end()
  }
  if (anonymous + authenticated + others === 0 || isAtOnce) return
  console.error(
    'Nobody sees them any more. Their bytes leave the storage within a day, with the upkeep of a running collector;\nwithout one, run treadlight compact tomorrow, and once more ten minutes later.',
  )
}
