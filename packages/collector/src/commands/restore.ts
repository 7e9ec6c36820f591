import { openStorage } from '@treadlight/store'
import { existsSync } from 'node:fs'
import { assertApart } from '../backup/assertApart.ts'
import { readBackupFolder, type BackupNote } from '../backup/backupFolder.ts'
import { copyAndVerify } from '../backup/copyAndVerify.ts'
import { copyTextFile } from '../backup/copyTextFile.ts'
import { isTextFile, type Config } from '../config.ts'
import { isLoss } from '../damage.ts'
import { describePlace } from '../describeStorage.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openAnyStorage, type OpenStorage } from '../openStore.ts'
import { count, createProgress, formatBytes } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight restore --from FOLDER`: puts a backup into the storage of the settings, whichever driver that has. */
export const restore: Command = {
  name: 'restore',
  summary: 'Puts a backup back into a storage, of whichever driver',
  details: [
    'Stop the collectors first. An empty storage becomes what the backup is of. With --merge one that is not empty gets what',
    'it lacks and keeps what it has: whoever was erased there since stays out of every answer.',
    'It may be killed at any time, and run again with --merge.',
  ].join('\n'),
  options: [
    { name: 'from', type: 'string', summary: 'The folder that treadlight backup has written' },
    { name: 'merge', type: 'boolean', summary: 'Also into a storage that is not empty' },
    { name: 'no-verify', type: 'boolean', summary: 'Does not read the whole storage at the end' },
    { name: 'json', type: 'boolean', summary: 'Prints { of, finished, values, copied, bytes, verified, problems }' },
    ...storageOptions,
  ],
  async run({ config, values }) {
    const folder = values['from'] as string | undefined
    if (folder === undefined || folder === '') throw new ConfigError('--from: name the folder of the backup')
    const { data, hits, note } = await readBackupFolder(folder)
    assertBackup(folder, note)
    assertFits(config, note)
    await assertApart(config, '--from', folder)
    const verify = values['no-verify'] !== true
    const opened = await openAnyStorage(config)
    const interrupt = onInterrupt()
    const progress = createProgress()
    try {
      await assertRoom(config, opened, values['merge'] === true)
      const { storage: copy } = await openStorage({ driver: 'fs', base: data })
      const report = await copyAndVerify(copy, opened.storage, { mirror: false, verify, signal: interrupt.signal, progress }).finally(() => copy.dispose())
      const more = note.textFile && !interrupt.signal.aborted ? await copyTextFile(hits, config.store.path, interrupt.signal) : 0
      progress.end()
      if (interrupt.signal.aborted || more === undefined) return interrupted
      const lost = report.problems?.filter(isLoss) ?? []
      const bytes = report.bytes + more
      if (values['json'] === true) {
        const { removed: _, ...others } = report
        console.log(JSON.stringify({ of: note.of, finished: note.finished, ...others, bytes, verified: verify, problems: report.problems ?? [] }, null, 2))
      } else {
        console.log(`Restored the backup of ${note.of}, of ${note.finished}: wrote ${count(report.copied, 'value')} of ${report.values} (${formatBytes(bytes)}) to ${describePlace(config)}${verify ? ', and read all of it again' : ''}.`)
      }
      if (lost.length === 0) return 0
      console.error(`treadlight: ${count(lost.length, 'value')} of the storage ${lost.length === 1 ? 'is' : 'are'} damaged: run treadlight doctor --deep, which says what to do`)
      return 1
    } finally {
      progress.end()
      interrupt.release()
      await opened.close()
    }
  },
}

type FinishedNote = BackupNote & { finished: string }

function assertBackup(folder: string, note: BackupNote | undefined): asserts note is FinishedNote {
  if (note === undefined) throw new ConfigError(`--from ${folder}: there is no backup.json in it; name the folder that treadlight backup has written`)
  if (note.finished === undefined) throw new ConfigError(`--from ${folder}: its backup, begun at ${note.begun}, never came to its end: run treadlight backup again while the storage is there`)
}

function assertFits(config: Config, { textFile }: BackupNote): void {
  if (config.storage.driver === 'memory') throw new ConfigError('storage.driver memory: what is restored there is gone when this command ends; name another driver')
  if (textFile === isTextFile(config)) return
  throw new ConfigError(textFile ? 'the backup is of a text file: set store.type ndjson and store.path' : 'the backup is of a storage: leave store.type ndjson out')
}

/** @throws ConfigError where there are hits or accounts already */
async function assertRoom(config: Config, { storage }: OpenStorage, merge: boolean): Promise<void> {
  // Lines of two files cannot be put together.
  if (isTextFile(config) && existsSync(config.store.path)) throw new ConfigError(`store.path: ${config.store.path} is there already; move it away, or name another file`)
  if (merge || (await storage.getKeys()).every((key) => /^(?:doctor|probe):/.test(key))) return
  throw new ConfigError(`${describePlace(config)} is not empty: name another, or add --merge to put into it what it lacks`)
}
