import type { PruneReport } from '@treadlight/store'
import { openExisting } from '../openStore.ts'
import { retentionPolicy } from '../upkeep.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight prune`: deletes what retention no longer allows (PV22). */
export const prune: Command = {
  name: 'prune',
  summary: 'Deletes hits that are older than retention allows',
  details: 'A running collector does this by itself once an hour.',
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
    { name: 'json', type: 'boolean', summary: 'Prints { anonymous, authenticated, others, dryRun }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const dryRun = values['dry-run'] === true
    const { store, close } = await openExisting(config)
    try {
      const report = await store.prune(retentionPolicy(config.retention), { dryRun })
      console.log(values['json'] ? JSON.stringify({ ...report, dryRun }) : sentence(report, dryRun))
      return 0
    } finally {
      await close()
    }
  },
}

/** The sentence of plain.pageviews' chore, word for word; a dry run says so, and what is no pageview is said apart. */
function sentence({ anonymous, authenticated, others }: PruneReport, dryRun: boolean): string {
  const verb = dryRun ? 'would be deleted' : 'deleted'
  const lines = [`${anonymous} anonymous pageviews ${verb}, ${authenticated} authenticated pageviews ${verb}`]
  if (others > 0) lines.push(`${others} of their events and engagement reports ${verb}`)
  return lines.join('\n')
}
