import { Buffer } from 'node:buffer'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFsDriver, type AppendDriver } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

const bytes = Buffer.from('some bytes')

async function openDriver(below = ''): Promise<{ driver: AppendDriver; base: string }> {
  const base = join(await createTemporaryDirectory(), below)
  const driver = createFsDriver({ base })
  onTestFinished(async () => driver.dispose?.())
  return { driver, base }
}

describe('fs driver', () => {
  test('never overwrites', async () => {
    const { driver } = await openDriver()
    await driver.setItemRaw!('a:b', 'first', {})
    await expect(driver.setItemRaw!('a:b', 'second', {})).rejects.toMatchObject({ code: 'EEXIST', cause: { code: 'EEXIST' } })
    await expect(driver.setItem!('a:b', 'third', {})).rejects.toThrow('values are written once')
    expect(await driver.getItem('a:b')).toBe('first')
  })

  test('leaves nothing but the value behind', async () => {
    const { driver, base } = await openDriver()
    await driver.setItemRaw!('a:b', bytes, {})
    await Promise.allSettled([driver.setItemRaw!('a:b', bytes, {}), driver.setItemRaw!('a:c', bytes, {})])
    expect((await readdir(join(base, 'a'))).toSorted()).toEqual(['b', 'c'])
  })

  test('makes its folder, and those above it', async () => {
    const { driver, base } = await openDriver('deep/er')
    await driver.setItemRaw!('a', bytes, {})
    expect(await readFile(join(base, 'a'))).toEqual(bytes)
  })

  test('lists below a node_modules', async () => {
    const { driver } = await openDriver('node_modules/data')
    await driver.setItemRaw!('node_modules:.git:a', bytes, {})
    expect(await driver.getKeys('', {})).toEqual(['node_modules:.git:a'])
  })

  test('lists no half-written value, no link and nothing that is no key', async () => {
    const { driver, base } = await openDriver()
    await driver.setItemRaw!('a:b', bytes, {})
    await writeFile(join(base, 'a', 'b~0a1b2c3d4e5f'), 'half')
    await writeFile(join(base, 'a', 'with space'), '')
    await symlink('/etc', join(base, 'etc'))
    expect(await driver.getKeys('', {})).toEqual(['a:b'])
  })

  test('lists what is below the prefix only', async () => {
    const { driver } = await openDriver()
    for (const key of ['a:b', 'a:c:d', 'ab:c']) await driver.setItemRaw!(key, bytes, {})
    expect((await driver.getKeys('a:', {})).toSorted()).toEqual(['a:b', 'a:c:d'])
    expect([await driver.getKeys('a:b', {}), await driver.getKeys('no:such', {})]).toEqual([[], []])
  })

  test.each(['', '..', 'a:..:b', '.', 'a.', 'a:', ':a', 'a/b', 'a\\b', 'a b', 'ä', 'a?b', 'a\0', 'a~b', '%2e%2e', 'x$'])(
    'refuses the key %j',
    async (key) => {
      const { driver, base } = await openDriver('base')
      await expect((async () => driver.setItemRaw!(key, bytes, {}))()).rejects.toThrow()
      await expect((async () => driver.append(key, bytes))()).rejects.toThrow()
      expect(await readdir(base).catch(() => [])).toEqual([])
      expect(await readdir(join(base, '..')).then((names) => names.filter((name) => name !== 'base'))).toEqual([])
    },
  )

  test('removes directories that it leaves empty, up to its own', async () => {
    const { driver, base } = await openDriver()
    await driver.setItemRaw!('a:b:c', bytes, {})
    await driver.setItemRaw!('a:d', bytes, {})
    await driver.removeItem!('a:b:c', {})
    expect(await readdir(join(base, 'a'))).toEqual(['d'])
    await driver.removeItem!('a:d', {})
    expect(await readdir(base)).toEqual([])
  })

  test('writes into directories that somebody keeps removing as empty', async () => {
    const { driver } = await openDriver()
    const round = async (index: number) => {
      await driver.setItemRaw!(`a:b:${index}`, bytes, {})
      await driver.removeItem!(`a:b:${index}`, {})
    }
    await Promise.all(Array.from({ length: 100 }, (_, index) => round(index)))
    expect(await driver.getKeys('', {})).toEqual([])
  })

  test('appends, to more files than it keeps open', async () => {
    const { driver } = await openDriver()
    const keys = Array.from({ length: 40 }, (_, index) => `a:${index}`)
    for (const text of ['one ', 'two ', 'three']) await Promise.all(keys.map((key) => driver.append(key, Buffer.from(text))))
    expect(await Promise.all(keys.map((key) => driver.getItem(key)))).toEqual(keys.map(() => 'one two three'))
    expect(await driver.getMeta!('a:7', {})).toMatchObject({ size: 13 })
  })

  test('closes no file that it is appending to', async () => {
    const { driver } = await openDriver()
    const large = Buffer.alloc(8_000_000, 'x')
    const slow = driver.append('a:slow', large)
    await Promise.all(Array.from({ length: 40 }, (_, index) => driver.append(`a:${index}`, bytes)))
    await slow
    expect(await driver.getMeta!('a:slow', {})).toMatchObject({ size: large.length })
  })

  test('appends after a removal to a new value', async () => {
    const { driver } = await openDriver()
    await driver.append('a:b', Buffer.from('old'))
    await driver.removeItem!('a:b', {})
    await driver.append('a:b', Buffer.from('new'))
    expect(await driver.getItem('a:b')).toBe('new')
  })

  test('says what is wrong with a path, and goes on when it is put right', async () => {
    const { driver, base } = await openDriver()
    await writeFile(join(base, 'a'), '')
    await expect(driver.append('a:b', bytes)).rejects.toThrow(/^\[treadlight fs\] could not append to .*b \(ENOTDIR\): a key/)
    await driver.removeItem!('a', {})
    await driver.append('a:b', bytes)
    expect(await driver.getItemRaw!('a:b', {})).toEqual(bytes)
  })

  test('has no metadata but the file’s', async () => {
    const storage = createStorage({ driver: (await openDriver()).driver })
    await storage.setItemRaw('a', bytes)
    expect(await storage.getMeta('a')).toMatchObject({ size: bytes.length })
    expect(await storage.getMeta('b')).toEqual({})
  })
})
