import { Buffer } from 'node:buffer'
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsDriver } from '@treadlight/store'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkFolder } from '../../packages/store/src/drivers/fsChecks.ts'
import { makeDirectory } from '../../packages/store/src/drivers/makeDirectory.ts'
import { canMount, mountReadOnly } from './readOnlyFolder.ts'

const value = Buffer.from('x')

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-fs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Root may do everything. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid!(65_534)
  try {
    await act()
  } finally {
    if (isRoot) process.seteuid!(0)
  }
}

describe('the true reason and its remedy, where a folder cannot be written', () => {
  test.skipIf(!canMount).each([
    ['a value', 'a'],
    ['a value below new folders', 'default:batch:a'],
  ])('read-only: %s', async (_, key) => {
    const base = await mountReadOnly()
    const driver = createFsDriver({ base })
    await expect(driver.setItemRaw!(key, value, {})).rejects.toThrow(/\(EROFS\): mount it writable or choose another folder$/)
    await expect(driver.setItemRaw!(key, value, {})).rejects.toMatchObject({ code: 'EROFS' })
    await expect(driver.append(key, value)).rejects.toThrow(/\(EROFS\): mount it writable or choose another folder$/)
    expect(await driver.getItemRaw!(key, {})).toBe(null)
  })

  test.skipIf(!canMount)('read-only: what is looked at says so, too', async () => {
    const base = await mountReadOnly()
    const [links] = await checkFolder({ base })
    expect(links).toMatchObject({ name: 'fs hard links', ok: false, detail: `cannot make a hard link in ${base} (EROFS)` })
    await expect(checkFolder({ base: join(base, 'new') })).rejects.toThrow(/could not make .*new \(EROFS\): mount it writable/)
  })

  // Node's own recursive mkdir asks again for ever.
  test.skipIf(process.platform !== 'linux')('below /proc nothing can be made, which is said at once', async () => {
    const driver = createFsDriver({ base: '/proc/treadlight/data' })
    await expect(driver.setItemRaw!('a', value, {})).rejects.toThrow(/\(ENOENT\): .*name one that can be made/)
  })

  test('a file in the way', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    for (const base of [join(folder, 'file'), join(folder, 'file', 'below')]) {
      const message = `(ENOTDIR): ${base} is not a folder: a file is in its place, or in its way; name a folder`
      await expect(createFsDriver({ base }).setItemRaw!('a', value, {})).rejects.toMatchObject({ code: 'ENOTDIR', message: expect.stringContaining(message) })
      await expect(createFsDriver({ base }).append('a:b', value)).rejects.toThrow(message)
      await expect(checkFolder({ base })).rejects.toThrow(`could not make ${base} ${message}`)
    }
  })

  test.skipIf(process.platform === 'win32')('a folder that this user may not look into, or not write to', async () => {
    const base = await temporaryFolder()
    const driver = createFsDriver({ base })
    await driver.setItemRaw!('a:b', value, {})
    await chmod(base, 0o000)
    onTestFinished(() => chmod(base, 0o700))
    await asNobody(async () => {
      await expect(driver.getKeys('', {})).rejects.toThrow(/could not list .* \(EACCES\): give this user read access to it$/)
      await expect(driver.getItemRaw!('a:b', {})).rejects.toThrow(/could not read .* \(EACCES\): give this user read access to it$/)
      await expect(driver.setItemRaw!('c:d', value, {})).rejects.toThrow(/could not write .* \(EACCES\): give this user write access to it$/)
    })
  })
})

describe('makeDirectory', () => {
  test('says which was the first that it had to make', async () => {
    const folder = await temporaryFolder()
    expect(await makeDirectory(folder)).toBeUndefined()
    expect(await makeDirectory(join(folder, 'a/b/c'))).toBe(join(folder, 'a'))
    expect(await makeDirectory(join(folder, 'a/b/d'))).toBe(join(folder, 'a/b/d'))
    expect(await makeDirectory('/')).toBeUndefined()
  })

  test('many at once', async () => {
    const folder = await temporaryFolder()
    await Promise.all(Array.from({ length: 50 }, (_, index) => makeDirectory(join(folder, 'a/b', String(index % 5), 'c'))))
    for (let index = 0; index < 5; index++) await access(join(folder, 'a/b', String(index), 'c'))
  })
})
