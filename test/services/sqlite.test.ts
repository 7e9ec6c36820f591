import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createStore, openStorage } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkStorage } from '../../packages/store/src/checkStorage.ts'
import { createSqliteDriver } from '../../packages/store/src/drivers/sqlite.ts'
import { testDriver } from '../contracts/driver.ts'
import { testHitStore } from '../contracts/hitStore.ts'
import { collect } from '../drivers/collect.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'

const newPath = async () => join(await createTemporaryDirectory(), 'data', 'hits.sqlite')

describe.skipIf(!process.getBuiltinModule?.('node:sqlite'))('sqlite', () => {
  testDriver('sqlite', async () => createSqliteDriver({ path: await newPath() }), { parts: false })

  testHitStore('sqlite', async (options) => {
    const opened = await openStorage({ driver: 'sqlite', path: await newPath() })
    expect(opened.durability).toBe('synced')
    onTestFinished(() => opened.storage.dispose())
    return createStore({ ...opened, ...options })
  })

  test('processes that write at once: all is there, and of one key one succeeds', async () => {
    const path = await newPath()
    const writers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => runWriter(path, name, 100)))
    expect(writers.reduce((sum, won) => sum + won, 0)).toBe(100)
    const driver = await createSqliteDriver({ path })
    onTestFinished(() => driver.dispose())
    expect(await driver.getKeys('own', {})).toHaveLength(400)
    expect(await driver.getKeys('shared', {})).toHaveLength(100)
  })

  test('the file is for its user only', async () => {
    const path = await newPath()
    const driver = await createSqliteDriver({ path })
    onTestFinished(() => driver.dispose())
    await driver.setItemRaw!('a:b', Buffer.of(1), {})
    for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('what is there stays there', async () => {
    const path = await newPath()
    const first = await createSqliteDriver({ path })
    await first.setItemRaw!('a:b', Buffer.of(1), {})
    await first.dispose()
    const second = await createSqliteDriver({ path })
    onTestFinished(() => second.dispose())
    expect(await second.getItemRaw!('a:b', {})).toEqual(Buffer.of(1))
  })

  test('another file says so', async () => {
    const path = join(await createTemporaryDirectory(), 'notes.txt')
    await writeFile(path, 'dear diary, '.repeat(100))
    await expect(createSqliteDriver({ path })).rejects.toThrow('restore the file from a backup, or choose another path')
  })

  test('checkStorage finds it sound', async () => {
    const driver = await createSqliteDriver({ path: await newPath() })
    onTestFinished(() => driver.dispose())
    const checks = await collect(checkStorage(createStorage({ driver })))
    expect(checks.filter(({ ok }) => ok !== true)).toEqual([])
    expect(checks).toHaveLength(6)
  })
})

/** Writes `count` values of its own and tries for as many that others try for too; answers how many it got. */
async function runWriter(path: string, name: string, count: number): Promise<number> {
  const script = fileURLToPath(new URL('sqliteWriter.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@treadlight/source', script, path, name, `${count}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  return Number(output)
}
