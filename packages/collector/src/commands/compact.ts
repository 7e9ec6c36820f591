import { adoptionTime, type MaintainReport, type StorageProblem, type Values } from '@treadlight/store'
import { isTextFile } from '../config.ts'
import { warnOfLoss } from '../damage.ts'
import { openExisting } from '../openStore.ts'
import { count, createProgress, secondsSince } from '../progress.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight compact`: the store's upkeep, now. */
export const compact: Command = {
  name: 'compact',
  summary: 'Moves hits into compressed segments and deletes what is no longer needed',
  details: [
    'A running collector does this by itself every minute, for days that have ended. It is safe beside running',
    'collectors, and may be ended at any time: what counts is switched over with one write.',
    'What is damaged it tells of where it comes upon it; treadlight doctor --deep reads everything.',
    '(Of a text file, store.type ndjson, only one process at a time may do it.)',
  ].join('\n'),
  options: [
    { name: 'force', type: 'boolean', summary: 'Also the days that have not ended; the last twenty minutes stay as they are' },
    { name: 'json', type: 'boolean', summary: 'Prints { compacted, rewritten, deleted }, indexed where days were, and regained where a manifest was damaged' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const force = values['force'] === true
    const { store, values: small, problems, close } = await openExisting(config, { freesSpace: true })
    const progress = createProgress()
    const started = performance.now()
    progress.show(() => `compacting … ${secondsSince(started)}`)
    try {
      const report = await store.maintain({ force })
      progress.end()
      console.log(values['json'] === true ? JSON.stringify(report) : isTextFile(config) ? ofTextFile(report, force) : sentence(report, force))
      // It has done what it could: that something was damaged before is no failure of this.
      warnOfLoss('the storage', await findLasting(problems, small))
      return 0
    } finally {
      progress.end()
      await close()
    }
  },
}

/** Without the manifests that were made up for, which are gone. */
async function findLasting(problems: readonly StorageProblem[], values: Values): Promise<StorageProblem[]> {
  const lasting: StorageProblem[] = []
  for (const problem of problems) {
    const { key } = problem
    const isManifest = adoptionTime(key) !== undefined
    if (!isManifest || (await values.list(key.slice(0, key.lastIndexOf(':') + 1))).includes(key)) lasting.push(problem)
  }
  return lasting
}

function sentence({ compacted, rewritten, deleted, indexed = 0, regained = 0 }: MaintainReport, force: boolean): string {
  const done = [
    ...(regained > 0 ? [`found ${count(regained, 'hit')} again, of segments whose manifest is damaged`] : []),
    ...(compacted > 0 ? [`moved ${count(compacted, 'hit')} into segments`] : []),
    ...(rewritten > 0 ? [`wrote ${count(rewritten, 'hit')} anew`] : []),
    ...(indexed > 0 ? [`indexed ${count(indexed, 'day')}`] : []),
    ...(deleted > 0 ? [`deleted ${count(deleted, 'value')} that ${deleted === 1 ? 'was' : 'were'} no longer needed`] : []),
  ]
  if (done.length === 0) {
    const more = force ? '' : ', and without --force those of days that have not ended'
    return `There was nothing to do. Hits of the last twenty minutes stay where they are${more}.`
  }
  const text = `${done.join(', ')}.`
  const later = compacted + rewritten > 0 ? '\nWhat they replace is deleted after ten minutes, by a running collector or the next compact.' : ''
  return text[0]!.toUpperCase() + text.slice(1) + later
}

/** There nothing waits for anybody: the new file takes the place of the old one. */
function ofTextFile({ rewritten, deleted }: MaintainReport, force: boolean): string {
  if (deleted > 0) return `Wrote the file anew, with ${count(rewritten, 'line')}. What was erased, pruned or said twice is gone from it.`
  const stays = force ? 'no line says what others say' : 'most lines say something: --force writes it anew for a few that do not'
  return `There was nothing to do. Nothing that was erased or pruned is left in the file, and ${stays}.`
}
