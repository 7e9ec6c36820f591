import type { PruneReport } from '@treadlight/store'
import { assertSite } from '../assertSite.ts'
import { isTextFile } from '../config.ts'
import { openExisting, type AnyStore } from '../openStore.ts'
import { createProgress } from '../progress.ts'
import { pruneSentence } from '../pruneSentence.ts'
import { ConfigError } from '../settings.ts'
import { retentionPolicy } from '../upkeep.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight prune`: deletes what retention no longer allows (PV22). */
export const prune: Command = {
  name: 'prune',
  summary: 'Deletes hits that are older than retention allows',
  details: [
    'A running collector does this by itself once an hour. From here on nobody sees them; their bytes leave the storage',
    'with upkeep, of which this does a first round. Safe beside running collectors.',
    '(Of a text file, store.type ndjson, only one process at a time may do it.)',
  ].join('\n'),
  options: [
    { name: 'dry-run', type: 'boolean', summary: 'Counts what would be deleted, deletes nothing' },
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
    const { store, close } = await openExisting(config, { readOnly: dryRun, freesSpace: true })
    try {
      if (site !== undefined) await assertSite(store, site)
      const report = await store.prune(retentionPolicy(config.retention), { dryRun, ...(site !== undefined && { site }) })
      console.log(values['json'] ? JSON.stringify({ ...report, dryRun }) : pruneSentence(report, dryRun))
      if (!dryRun) await clear(store, report, isTextFile(config))
      return 0
    } finally {
      await close()
    }
  },
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
