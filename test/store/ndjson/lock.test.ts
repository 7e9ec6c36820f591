import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { acquireLock } from '../../../packages/store/src/ndjson/lock.ts'
import { createNdjsonFile } from './ndjsonFile.ts'

/** A process id that nobody has. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

const token = '0123456789ab'

describe('PT18 ndjson: one process at a time', () => {
  test('a second is refused, with file, process and remedy; closed, the next may', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await expect(open()).rejects.toThrow(`${path}.lock is held by process ${process.pid} on ${hostname()}`)
    await expect(open()).rejects.toThrow('delete the lock')
    await store.close()
    expect(await readdir(dirname(path))).toEqual(['hits.ndjson'])
    await open()
  })

  test('the lock of a process that is gone is taken over, by one of many', async () => {
    const { path } = await createNdjsonFile()
    const lock = `${path}.lock`
    const stale = JSON.stringify({ pid: await deadPid(), host: hostname(), born: '', token })
    for (let round = 0; round < 40; round++) {
      await writeFile(lock, stale)
      // Some a little later: they find the lock stale while another one is taking it over.
      const acquire = async (_: unknown, turn: number) => {
        for (let count = 0; count < (turn * round) / 4; count++) await setImmediate()
        return acquireLock(lock, false)
      }
      const results = await Promise.allSettled(Array.from({ length: 8 }, acquire))
      const won = results.filter((result) => result.status === 'fulfilled')
      expect(won).toHaveLength(1)
      await won[0]!.value()
      expect(await readdir(dirname(path))).toEqual([])
    }
  })

  test.skipIf(process.platform !== 'linux')('a process that was given the pid of the one that is gone does not pass for it', async () => {
    const { path, open } = await createNdjsonFile()
    await writeFile(`${path}.lock`, JSON.stringify({ pid: process.pid, host: hostname(), born: 'another boot 123', token }))
    await open()
  })

  test('of another host nobody can tell: it is refused', async () => {
    const { path, open } = await createNdjsonFile()
    await writeFile(`${path}.lock`, JSON.stringify({ pid: await deadPid(), host: 'elsewhere', born: '', token }))
    await expect(open()).rejects.toThrow('on elsewhere')
  })

  test('a lock that says nothing is refused', async () => {
    const { path, open } = await createNdjsonFile()
    await writeFile(`${path}.lock`, '')
    await expect(open()).rejects.toThrow(`${path}.lock does not say whose lock it is`)
  })

  test('whoever lost the lock leaves that of the next alone', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', born: '', token }))
    await store.close()
    expect(await readFile(`${path}.lock`, 'utf8')).toContain('elsewhere')
  })
})
