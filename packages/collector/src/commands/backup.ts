import { openStorage } from '@treadlight/store'
import { assertApart } from '../backup/assertApart.ts'
import { openBackupFolder } from '../backup/backupFolder.ts'
import { copyAndVerify, type VerifiedCopy } from '../backup/copyAndVerify.ts'
import { copyTextFile } from '../backup/copyTextFile.ts'
import { isTextFile } from '../config.ts'
import { isLoss } from '../damage.ts'
import { describePlace } from '../describeStorage.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openExistingStorage } from '../openStore.ts'
import { count, createProgress, formatBytes } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { isClickhouse } from '../settings/store.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight backup --to FOLDER`: a copy of any storage that `treadlight restore` takes. */
export const backup: Command = {
  name: 'backup',
  summary: 'Copies the storage into a folder, beside running collectors',
  details: [
    'Every hit that was answered 201 before it began is in the copy. A second backup into the same folder costs what is',
    'new, and takes out of it what was erased or pruned since. It may be killed at any time, and run again.',
    'What waits for other systems is left out: restored, it would be sent twice.',
  ].join('\n'),
  options: [
    { name: 'to', type: 'string', summary: 'The folder; made if missing' },
    { name: 'no-verify', type: 'boolean', summary: 'Does not read the whole copy at the end' },
    { name: 'json', type: 'boolean', summary: 'Prints { folder, values, copied, bytes, removed, verified, problems }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const folder = values['to'] as string | undefined
    if (folder === undefined || folder === '') throw new ConfigError('--to: name the folder of the backup')
    await assertApart(config, '--to', folder)
    const verify = values['no-verify'] !== true
    const opened = await openExistingStorage(config)
    const interrupt = onInterrupt()
    const progress = createProgress()
    try {
      const target = await openBackupFolder(folder)
      try {
        const textFile = isTextFile(config)
        const begun = new Date().toISOString()
        const note = { of: describePlace(config), begun, textFile }
        // Whoever is killed here leaves the last one, with some more in it.
        await target.write({ ...note, ...(target.note?.finished !== undefined && { finished: target.note.finished, values: target.note.values ?? 0 }) })
        const { storage: copy } = await openStorage({ driver: 'fs', base: target.data })
        const report = await copyAndVerify(opened.storage, copy, { mirror: true, verify, signal: interrupt.signal, progress }).finally(() => copy.dispose())
        const more = textFile && !interrupt.signal.aborted ? await copyTextFile(config.store.path, target.hits, interrupt.signal) : 0
        progress.end()
        if (interrupt.signal.aborted || more === undefined) return interrupted
        await target.write({ ...note, finished: new Date().toISOString(), values: report.values })
        const lost = report.problems?.filter(isLoss) ?? []
        if (values['json'] === true) console.log(JSON.stringify({ folder, ...report, bytes: report.bytes + more, verified: verify, problems: report.problems ?? [] }, null, 2))
        else console.log(sentence(describePlace(config), folder, { ...report, bytes: report.bytes + more }))
        if (isClickhouse(config)) console.error('treadlight: the hits lie in ClickHouse, and this copy has what lies beside them: make a BACKUP DATABASE there too')
        if (lost.length === 0) return 0
        console.error(`treadlight: ${count(lost.length, 'value')} of the copy ${lost.length === 1 ? 'is' : 'are'} damaged: treadlight doctor --deep says whether the storage has them whole; if so, delete them from ${target.data} and run this again: ${lost.slice(0, 5).map(({ key }) => key).join(', ')}`)
        return 1
      } finally {
        await target.release()
      }
    } finally {
      progress.end()
      interrupt.release()
      await opened.close()
    }
  },
}

function sentence(place: string, folder: string, { values, copied, bytes, removed, problems }: VerifiedCopy): string {
  const gone = removed > 0 ? `, took out ${count(removed, 'value')} that ${removed === 1 ? 'is' : 'are'} no longer there` : ''
  return `Backed up ${count(values, 'value')} of ${place} to ${folder}: wrote ${count(copied, 'value')} (${formatBytes(bytes)})${gone}${problems === undefined ? '' : ', and read all of it again'}.`
}
