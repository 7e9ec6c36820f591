import { acquireLock } from '@treadlight/store'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutputFile } from '../outputFile.ts'
import { parseObject } from '../parseObject.ts'
import { ConfigError } from '../settings.ts'
import { version } from '../version.ts'

/** What is known of a backup, in `backup.json`. */
export interface BackupNote {
  /** Of this file. */
  format: 1
  /** Which treadlight has made it. */
  version: string
  /** Whence, in words and without secrets. */
  of: string
  /** When the last one was begun, and the last that came to its end; ISO 8601. Without `finished` it is no backup yet. */
  begun: string
  finished?: string
  /** Values in `data`. */
  values?: number
  /** Whether the hits are in `hits.ndjson`, beside the small values in `data`. */
  textFile: boolean
}

/** A folder that a storage is copied to. */
export interface BackupFolder {
  /** A folder of the fs driver. */
  data: string
  /** The copy of a text file (store.type ndjson). */
  hits: string
  /** Of the last backup; undefined for none. */
  note: BackupNote | undefined
  /** Says how far it is. */
  write(note: Omit<BackupNote, 'format' | 'version'>): Promise<void>
  /** Lets others write to it. */
  release(): Promise<void>
}

/**
 * Opens a folder for one backup at a time, made if missing, for this user only: salts and hashes of passwords are in it.
 * @throws ConfigError where another process writes to it, or it is none of ours
 */
export async function openBackupFolder(folder: string): Promise<BackupFolder> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o700)
  } catch (cause) {
    throw new ConfigError(`--to ${folder}: it cannot be made: ${(cause as Error).message}`, { cause })
  }
  const release = await acquireLock(join(folder, 'backup.lock'), false).catch((cause: unknown) => {
    throw new ConfigError(`--to ${folder}: another backup is being written to it, or this user may not write there: ${(cause as Error).message.replace(/^\[treadlight [\w-]+\] /, '')}`, { cause })
  })
  const { note, ...places } = await readBackupFolder(folder)
  return {
    ...places,
    note,
    release,
    async write(fields) {
      const output = await createOutputFile(join(folder, 'backup.json'), true)
      await output.write(Buffer.from(`${JSON.stringify({ format: 1, version, ...fields }, null, 2)}\n`))
      await output.finish()
    },
  }
}

/**
 * Looks at a folder.
 * @throws ConfigError for a note that is none, or of a later version
 */
export async function readBackupFolder(folder: string): Promise<Pick<BackupFolder, 'data' | 'hits' | 'note'>> {
  const path = join(folder, 'backup.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const note = parseObject(text)
  if (text !== undefined && note === undefined) throw new ConfigError(`${path} is not what treadlight backup writes: restore it, or delete it and make the backup anew`)
  if (note !== undefined && note['format'] !== 1) throw new ConfigError(`${path} is of a later version of treadlight (${String(note['version'])}): upgrade this one`)
  return { data: join(folder, 'data'), hits: join(folder, 'hits.ndjson'), note: note as BackupNote | undefined }
}
