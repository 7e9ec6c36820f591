import type { Subject } from '@treadlight/store'
import { assertSite } from '../assertSite.ts'
import { isTextFile, type Config } from '../config.ts'
import { eraseNow, isErasing, type Erased } from '../eraseNow.ts'
import { eraseSentence, listWaiting, type WaitingHits } from '../eraseSentence.ts'
import { eraseThroughHolder } from '../eraseThroughHolder.ts'
import { countWaiting, findTheirs } from '../forwarding/eraseWaiting.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExisting } from '../openStore.ts'
import { namePerson, readPerson, subjectOf } from '../persons/person.ts'
import { createProgress } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight erase`: a person, at their request. */
export const erase: Command = {
  name: 'erase',
  summary: 'Erases a person: every hit of theirs up to now, for ever',
  details: [
    'Name the person by exactly one of --user, --session and --visitor, as export shows them. By a user also go the hits',
    'that a log-in made theirs. In force at once, also against hits of theirs that arrive again; their bytes leave the',
    'storage with upkeep, of which this does a first round. It cannot be undone. Safe beside running collectors.',
  ].join('\n'),
  options: [
    { name: 'user', type: 'string', summary: 'The id of a user' },
    { name: 'session', type: 'string', summary: 'The id of a session' },
    { name: 'visitor', type: 'string', summary: 'The hash of a visitor' },
    { name: 'site', type: 'string', setting: 'site', summary: 'Of which site (default the setting site)' },
    { name: 'dry-run', type: 'boolean', summary: 'Says how many hits would go, erases nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints { erased, pageviews, events, engagement, dryRun, finished, destinations }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const person = readPerson(values, '--')
    if (typeof person === 'string') throw new ConfigError(`erase whom? ${person}`)
    const dryRun = values['dry-run'] === true
    const progress = createProgress()
    progress.show(() => (dryRun ? 'counting …' : 'erasing …'))
    try {
      const subject = subjectOf(config.site, person)
      const done = dryRun ? await countHits(config, subject) : await eraseHits(config, subject)
      if (done === undefined) return interrupted
      progress.end()
      const { report, finished, problem, waiting = new Map() } = done
      const whom = `${namePerson(person)} of site ${config.site}`
      console.log(values['json'] === true ? JSON.stringify({ ...report, dryRun, finished, destinations: listWaiting(waiting) }) : eraseSentence(whom, done, { dryRun, waiting, later }))
      if (problem !== undefined) throw new ConfigError(`that is erased, but upkeep failed: ${problem}`)
      return 0
    } finally {
      progress.end()
    }
  },
}

/** With what of theirs other systems do not have yet; not known where a collector that has a text file open erases. */
type Told = Erased & { waiting?: WaitingHits }

async function countHits(config: Config, subject: Subject): Promise<Told> {
  const { store, values, close } = await openExisting(config, { readOnly: true })
  try {
    await assertSite(store, subject.site)
    const waiting = await countWaiting(values, subject.site, await findTheirs(store, subject))
    const report = await store.erase(subject, { dryRun: true })
    return { report, finished: report.erased === 0 && waiting.size === 0 && !(await isErasing(values, subject)), waiting }
  } finally {
    await close()
  }
}

/** Undefined where it was interrupted while it waited for a collector. */
async function eraseHits(config: Config, subject: Subject): Promise<Told | undefined> {
  if (!isTextFile(config)) return eraseAlone()
  const interrupt = onInterrupt()
  try {
    return await eraseThroughHolder({ path: config.store.path, subject, signal: interrupt.signal, eraseAlone })
  } finally {
    interrupt.release()
  }

  async function eraseAlone(): Promise<Told> {
    const { store, values, close } = await openExisting(config, { freesSpace: true })
    try {
      await assertSite(store, subject.site)
      const waiting = await countWaiting(values, subject.site, await findTheirs(store, subject))
      return { ...(await eraseNow(store, values, subject)), waiting }
    } finally {
      await close()
    }
  }
}

const later = [
  'That is in force now: they are in no answer and no export any more. Their bytes leave the storage within half an hour,',
  'with the upkeep of a running collector; without one, run treadlight compact in half an hour, and once more ten minutes later.',
].join('\n')
