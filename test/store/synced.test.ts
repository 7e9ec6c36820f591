import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import type * as files from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFsDriver, type AppendDriver } from '@treadlight/store'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

/** What the system was asked to do, each when it was done. */
const done = vi.hoisted((): [call: string, path: string][] => [])

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof files>()
  return {
    ...real,
    async open(path: string, ...rest: [string | number, number?]) {
      const handle = await real.open(path, ...rest)
      for (const call of ['writeFile', 'datasync', 'sync'] as const) observe(handle, call, path)
      const isSynced = typeof rest[0] === 'number' && process.platform === 'linux' && (rest[0] & constants.O_DSYNC) !== 0
      observe(handle, 'write', path, isSynced ? 'write and sync' : 'write')
      return handle
    },
    async link(from: string, to: string) {
      await real.link(from, to)
      done.push(['link', to])
    },
    async unlink(path: string) {
      await real.unlink(path)
      done.push(['unlink', path])
    },
  }
})

/** Made slow, so that whoever does not wait is found out. */
function observe(handle: files.FileHandle, call: 'write' | 'writeFile' | 'datasync' | 'sync', path: string, name: string = call): void {
  const real = handle[call].bind(handle) as (...args: unknown[]) => Promise<unknown>
  const observed = async (...args: unknown[]) => {
    const result = await real(...args)
    await sleep(5)
    done.push([name, path])
    return result
  }
  Object.assign(handle, { [call]: observed })
}

// Windows syncs no directories.
describe.skipIf(process.platform === 'win32')('fs driver: what is acknowledged is on the disk', () => {
  const bytes = Buffer.from('some bytes')
  // Linux does both at once.
  const written = process.platform === 'linux' ? ['write and sync base/a/b'] : ['write base/a/b', 'datasync base/a/b']
  let root: string
  let driver: AppendDriver

  beforeEach(async () => {
    root = await createTemporaryDirectory()
    driver = createFsDriver({ base: join(root, 'base') })
    onTestFinished(async () => driver.dispose?.())
  })

  /** What was done while `act` ran, with paths below the root and without random parts. */
  async function callsOf(act: () => unknown): Promise<string[]> {
    done.length = 0
    await act()
    return done.map(([call, path]) => `${call} ${relative(root, path).replace(/~.*/, '~') || '.'}`)
  }

  test('append: the bytes, then the entries on the way to a new file; its folder before all', async () => {
    expect(await callsOf(() => driver.append('a:b', bytes))).toEqual([
      'sync base',
      'sync .',
      ...written,
      'sync base/a',
      'sync base',
    ])
    expect(await callsOf(() => driver.append('a:b', bytes))).toEqual(written)
  })

  test('prepare: the entries on the way to a new file, so that what is appended to it waits for its bytes alone', async () => {
    expect(await callsOf(() => driver.prepare!('a:b'))).toEqual(['sync base', 'sync .', 'sync base/a', 'sync base'])
    expect(await callsOf(() => driver.append('a:b', bytes))).toEqual(written)
    expect(await driver.getItemRaw!('a:b', {})).toEqual(bytes)
  })

  test('setItem: the bytes before they have their name, then the entries', async () => {
    await driver.append('a:b', bytes)
    expect(await callsOf(() => driver.setItemRaw!('a:c', bytes, {}))).toEqual([
      'writeFile base/a/c~',
      'datasync base/a/c~',
      'link base/a/c',
      'unlink base/a/c~',
      'sync base/a',
      'sync base',
    ])
  })

  test('removeItem: the entries, so that what is deleted does not come back', async () => {
    await driver.append('a:b', bytes)
    expect(await callsOf(() => driver.removeItem!('a:b', {}))).toEqual(['unlink base/a/b', 'sync base/a', 'sync base'])
  })
})
