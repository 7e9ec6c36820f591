import type { Check, Durability } from '@treadlight/store'
import { checkLine } from '../checkLine.ts'
import type { Config } from '../config.ts'
import { describePlace, describePromise } from '../describeStorage.ts'
import { examine, type Diagnosis, type Examination } from '../examine.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExistingStorage } from '../openStore.ts'
import { count, createProgress, formatBytes } from '../progress.ts'
import { version } from '../version.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight doctor`: whether the storage does what it should, and whether everything is still there. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Tries out the storage and looks for damage',
  details: [
    'Says what a 201 is worth, what is stored, and what is wrong and what to do about it; the exit code is 1 where',
    'something is. It writes a thousand small values of its own and removes them. Safe beside running collectors.',
  ].join('\n'),
  options: [
    { name: 'deep', type: 'boolean', summary: 'Also reads every stored value and verifies its checksum' },
    { name: 'json', type: 'boolean', summary: 'Prints { ok, storage, durability, promise, checks, sites, values, problems, verified }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const isJson = values['json'] === true
    const opened = await openExistingStorage(config)
    const interrupt = onInterrupt()
    const progress = createProgress()
    // Wherever small values go: a text file is synced, and ClickHouse confirms.
    const durability = byType[config.store.type] ?? opened.durability
    const promise = describePromise(config, durability)
    const print = (text: string): void => {
      progress.clear()
      if (!isJson) console.log(text)
    }
    print(`\n  treadlight ${version} doctor\n\n  Storage     ${describePlace(config)}\n  Durability  ${promise}\n`)
    try {
      const examination: Examination = { config, opened, deep: values['deep'] === true, signal: interrupt.signal, show: progress.show }
      const diagnosis = await report(examine(examination), (check) => print(checkLine(check)))
      progress.clear()
      if (interrupt.signal.aborted) return interrupted
      const { checks, sites, values: kinds } = diagnosis
      const wrong = checks.filter(({ ok }) => ok === false).length
      if (isJson) console.log(JSON.stringify({ ok: wrong === 0, version, storage: describePlace(config), durability, promise, ...diagnosis }, null, 2))
      print(sites.length === 0 ? '' : `\n${[...sites.map(siteLine), `  Values: ${kinds.map(kindOfValues).join(', ')}`].join('\n')}\n`)
      print(summary(checks))
      return wrong === 0 ? 0 : 1
    } finally {
      progress.end()
      interrupt.release()
      await opened.close()
    }
  },
}

const byType: Partial<Record<Config['store']['type'], Durability>> = { ndjson: 'synced', clickhouse: 'acknowledged' }

/** Hands out the checks as they come, and answers everything at the end. */
async function report(examination: AsyncGenerator<Check, Diagnosis, void>, onCheck: (check: Check) => void): Promise<Diagnosis> {
  for (;;) {
    const { done, value } = await examination.next()
    if (done) return value
    onCheck(value)
  }
}

function kindOfValues({ kind, values, bytes }: Diagnosis['values'][number]): string {
  return `${values} ${kind}${bytes === undefined ? '' : ` (${formatBytes(bytes)})`}`
}

function siteLine({ site, hits, batches, segments, waiting, oldest, newest }: Diagnosis['sites'][number]): string {
  const span = oldest === undefined || newest === undefined ? '' : `, from ${oldest.slice(0, 10)} to ${newest.slice(0, 10)}`
  const values = batches === undefined || segments === undefined ? '' : ` in ${count(batches, 'batch').replace(/hs$/, 'hes')} and ${count(segments, 'segment')}`
  const later = waiting === undefined || waiting === 0 ? '' : `; ${waiting} are in no segment yet`
  return `  Site ${site}: ${count(hits, 'hit')}${values}${span}${later}`
}

function summary(checks: readonly Check[]): string {
  const wrong = checks.filter(({ ok }) => ok === false).length
  const warnings = checks.filter(({ ok }) => ok === 'warning').length
  if (wrong > 0) return `  ${count(wrong, 'thing')} ${wrong === 1 ? 'is' : 'are'} wrong.\n`
  return warnings > 0 ? `  Nothing is wrong; ${count(warnings, 'warning')}.\n` : '  Everything is as it should be.\n'
}
