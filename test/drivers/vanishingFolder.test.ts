import { Buffer } from 'node:buffer'
import type * as files from 'node:fs/promises'
import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsDriver } from '@treadlight/store'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'

/** How often a folder, found there, is removed as empty before anybody looks what it was. */
const overtaken = vi.hoisted(() => ({ folder: '', times: 0 }))

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof files>()
  return {
    ...real,
    stat: async (path: string) => {
      if (path === overtaken.folder && overtaken.times-- > 0) await real.rmdir(path)
      return real.stat(path)
    },
    mkdir: async (path: string, options: object) => {
      // Whoever overtakes makes it anew as well.
      if (path === overtaken.folder && overtaken.times > 0) await real.mkdir(path, { recursive: true })
      return real.mkdir(path, options)
    },
  }
})

beforeEach(() => Object.assign(overtaken, { folder: '', times: 0 }))

async function openFolder(times: number): Promise<{ base: string; driver: ReturnType<typeof createFsDriver> }> {
  const base = await mkdtemp(join(tmpdir(), 'treadlight-fs-'))
  onTestFinished(() => rm(base, { recursive: true }))
  await mkdir(join(base, 'waiting'))
  Object.assign(overtaken, { folder: join(base, 'waiting'), times })
  return { base, driver: createFsDriver({ base }) }
}

test.each([1, 2])('a folder that is removed while a value is written into it, %i times: the value is there', async (times) => {
  const { base, driver } = await openFolder(times)
  await driver.setItemRaw!('waiting:a', Buffer.from('x'), {})
  expect(await readFile(join(base, 'waiting', 'a'), 'utf8')).toBe('x')
})

test('again and again: an error, and never one that says that the value is there already', async () => {
  const { base, driver } = await openFolder(100)
  await expect(driver.setItemRaw!('waiting:a', Buffer.from('x'), {})).rejects.toMatchObject({ code: 'ENOENT' })
  overtaken.times = 0
  await rmdir(join(base, 'waiting')).catch(() => {})
  expect(await driver.getItemRaw!('waiting:a', {})).toBe(null)
})
