import { openStore } from '../openStore.ts'
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
    { name: 'json', type: 'boolean', summary: 'Prints { anonymous, authenticated, dryRun }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const dryRun = values['dry-run'] === true
    const { store } = await openStore(config)
    try {
      const { anonymous, authenticated } = await store.prune(retentionPolicy(config.retention), { dryRun })
      if (values['json']) console.log(JSON.stringify({ anonymous, authenticated, dryRun }))
      else console.log(sentence(anonymous, authenticated, dryRun))
      return 0
    } finally {
      await store.close()
    }
  },
}

/** The sentence of plain.pageviews' chore, word for word; a dry run says so. */
function sentence(anonymous: number, authenticated: number, dryRun: boolean): string {
  const verb = dryRun ? 'would be deleted' : 'deleted'
  return `${anonymous} anonymous pageviews ${verb}, ${authenticated} authenticated pageviews ${verb}`
}
