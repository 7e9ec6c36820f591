import { CopyRefused } from '@treadlight/store'
import { warnOfLoss } from '../damage.ts'
import { createSecretHider } from '../hideSecrets.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { migrateSentence } from '../migrate/migrateSentence.ts'
import { migrate as move } from '../migrate/migrate.ts'
import { describe, placeForms, readPlace, type Place } from '../migrate/readPlace.ts'
import { createProgress } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import type { Command } from './command.ts'

/** `treadlight migrate`: from any store to any other. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'Moves everything from one store to another: hits, log-ins, erasures, users, goals …',
  details: [
    `--from and --to are ${placeForms}.`,
    'Passwords come from TREADLIGHT_FROM_STORAGE_… and TREADLIGHT_TO_STORAGE_…, named as a collector’s own.',
    'The source is only read, and may be in use. Run it once beside the collector, which takes long; stop the collector; run it',
    'again, which takes what came meanwhile; start the collector with the new place. Ended anywhere, it goes on where it was.',
    'The exit code is 0 once the destination has all that the source has, 1 where it lacks something.',
  ].join('\n'),
  options: [
    { name: 'from', type: 'string', summary: 'Where everything is (default what the settings say)' },
    { name: 'to', type: 'string', summary: 'Where it goes: a place that is empty, or begun by this command' },
    { name: 'dry-run', type: 'boolean', summary: 'Says how much there is, copies nothing' },
    { name: 'verify', type: 'boolean', summary: 'Copies nothing, compares both places' },
    { name: 'without-sums', type: 'boolean', summary: 'Goes on where the sums of pruned days have no place at the destination' },
    { name: 'json', type: 'boolean', summary: 'Prints { from, to, dryRun, values, hits, sumsLeft, problems, verified }' },
  ],
  async run({ config, values }) {
    const { from, to } = await placesOf(config, values)
    const hide = [from, to].map((place) => createSecretHider(place.config.storage))
    const interrupt = onInterrupt()
    const progress = createProgress()
    try {
      const [dryRun, verifyOnly, withoutSums] = ['dry-run', 'verify', 'without-sums'].map((name) => values[name] === true)
      const report = await move({ from, to, dryRun: dryRun!, verifyOnly: verifyOnly!, withoutSums: withoutSums!, signal: interrupt.signal, show: progress.show })
      progress.end()
      console.log(values['json'] === true ? JSON.stringify(report, null, 2) : migrateSentence(report))
      // Bytes go as they are, damaged ones too; what was in a damaged value no store can be told.
      const isLost = report.hits !== undefined && warnOfLoss('the destination', report.problems)
      return dryRun === true || (report.verified?.same === true && !isLost) ? 0 : 1
    } catch (error) {
      progress.end()
      if (interrupt.signal.aborted) {
        console.error('treadlight: interrupted; the same command goes on from here')
        return interrupted
      }
      const message = hide.reduce((text, each) => each(text), (error as Error).message)
      if (error instanceof CopyRefused || error instanceof ConfigError) throw new ConfigError(message, { cause: error })
      throw new ConfigError(`migrate: ${message.replace(/^\[treadlight [\w-]+\] /, '')}; what was copied stays, and the same command goes on from there`, { cause: error })
    } finally {
      progress.end()
      interrupt.release()
    }
  },
}

async function placesOf(config: Place['config'], values: Record<string, string | boolean | undefined>): Promise<{ from: Place; to: Place }> {
  const [from, to] = [values['from'], values['to']] as (string | undefined)[]
  if (to === undefined) throw new ConfigError(`--to is missing: where everything goes, ${placeForms}`)
  return { from: from === undefined ? describe(config) : await readPlace('from', from), to: await readPlace('to', to) }
}
