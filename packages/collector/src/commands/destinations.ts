import { createValuesOutbox, type ValuesOutbox } from '@treadlight/destinations/forward'
import { createValues } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { deadSentence, noDestination } from '../forwarding/deadSentence.ts'
import { openExistingStorage } from '../openStore.ts'
import { count } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'destinations takes one of: destinations list, destinations retry NAME, destinations discard NAME'
/** Dead letters of each destination that are listed. */
const mostShown = 20

/** `treadlight destinations list|retry|discard`: what waits for other systems, and what they would not take. */
export const destinations: Command = {
  name: 'destinations',
  positionals: 'list | retry NAME | discard NAME',
  summary: 'Lists what waits for other systems; sends dead letters again, or removes them',
  details: [
    'A dead letter is a hit that another system will never take, with the reason. retry lets all of a destination wait again: a',
    'running collector sends them within a minute, without one the next that starts. Since when one fails, and what it has taken, is',
    'in the memory of running collectors: GET /api/destinations and the dashboard’s settings have it.',
  ].join('\n'),
  options: [
    { name: 'dry-run', type: 'boolean', summary: 'retry, discard: counts, does nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints { destinations }, or { name, dry_run, hits }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', name] = positionals
    if (!['list', 'retry', 'discard'].includes(action) || positionals.length !== (action === 'list' ? 1 : 2)) throw new ConfigError(usage)
    const isJson = values['json'] === true
    const { storage, close } = await openExistingStorage(config)
    try {
      // A name that gives no sign of life: whoever runs takes up what it writes.
      const outbox = createValuesOutbox({ values: createValues(storage), writer: randomBytes(6).toString('hex') })
      const names = config.destinations.map((destination) => destination.name)
      if (action === 'list') {
        const found = await Promise.all(names.map((each) => lookAt(outbox, each)))
        console.log(isJson ? JSON.stringify({ destinations: found }) : found.length === 0 ? 'There are no destinations: docs/destinations.md says how to set some.' : found.map(describe).join('\n'))
        return 0
      }
      if (!names.includes(name!)) throw new ConfigError(noDestination(name!, names))
      const dryRun = values['dry-run'] === true
      const hits = await settle(outbox, name!, dryRun ? 'count' : action)
      console.log(isJson ? JSON.stringify({ name, dry_run: dryRun, hits }) : deadSentence(action as 'retry' | 'discard', name!, hits, dryRun))
      return 0
    } finally {
      await close()
    }
  },
}

interface Found {
  name: string
  waiting: number
  dead_letters: { count: number; newest: { id: string; url: string; reason: string; given_up: string }[] }
}

async function lookAt(outbox: ValuesOutbox, name: string): Promise<Found> {
  const waiting = (await outbox.list()).filter(({ destination }) => destination === name).reduce((sum, { hits }) => sum + hits, 0)
  const letters = await outbox.deadLetters(name, mostShown)
  const newest = letters.map(({ hit: { id, url }, reason, time }) => ({ id, url, reason, given_up: new Date(time).toISOString() }))
  return { name, waiting, dead_letters: { count: await outbox.countDead(name), newest } }
}

async function settle(outbox: ValuesOutbox, name: string, action: string): Promise<number> {
  if (action === 'count') return outbox.countDead(name)
  if (action === 'discard') return outbox.discardDead(name)
  return (await outbox.revive(name)).reduce((sum, { hits }) => sum + hits, 0)
}

function describe({ name, waiting, dead_letters: { count: dead, newest } }: Found): string {
  const lines = newest.map(({ given_up: time, url, reason }) => `  ${time.slice(0, 16)}Z  ${url}  ${reason}`)
  return [`${name}: ${count(waiting, 'hit')} waiting, ${count(dead, 'dead letter')}`, ...lines].join('\n')
}
