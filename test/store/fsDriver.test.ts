import { Buffer } from 'node:buffer'
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFsDriver, createStore, StoreBusyError, type AppendDriver, type SweepDriver } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeHit } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

const bytes = Buffer.from('some bytes')

async function openDriver(below = ''): Promise<{ driver: AppendDriver & SweepDriver; base: string }> {
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
    await driver.setItemRaw!('node_modules:git:a', bytes, {})
    expect(await driver.getKeys('', {})).toEqual(['node_modules:git:a'])
  })

  test('lists no half-written value, no link and nothing that is no key', async () => {
    const { driver, base } = await openDriver()
    await driver.setItemRaw!('a:b', bytes, {})
    await writeFile(join(base, 'a', 'b~0a1b2c3d4e5f'), 'half')
    await writeFile(join(base, 'a', 'with space'), '')
    await writeFile(join(base, 'a', '.DS_Store'), '')
    await mkdir(join(base, '.Trash-1000'))
    await writeFile(join(base, '.Trash-1000', 'b'), '')
    await symlink('/etc', join(base, 'etc'))
    expect(await driver.getKeys('', {})).toEqual(['a:b'])
  })

  test('lists what is below the prefix only', async () => {
    const { driver } = await openDriver()
    for (const key of ['a:b', 'a:c:d', 'ab:c']) await driver.setItemRaw!(key, bytes, {})
    expect((await driver.getKeys('a:', {})).toSorted()).toEqual(['a:b', 'a:c:d'])
    expect([await driver.getKeys('a:b', {}), await driver.getKeys('no:such', {})]).toEqual([[], []])
  })

  test.each(['', '..', '.a', 'a:.DS_Store', 'a:..:b', '.', 'a.', 'a:', ':a', 'a/b', 'a\\b', 'a b', 'ä', 'a?b', 'a\0', 'a~b', '%2e%2e', 'x$'])(
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

  test('acknowledges nothing that goes into a removed file, and begins a new one', async () => {
    const { driver, base } = await openDriver('base')
    await driver.append('a:b', Buffer.from('old'))
    await rm(base, { recursive: true })
    await expect(driver.append('a:b', Buffer.from('lost'))).rejects.toThrow(/\(ENOENT\): stop the collector/)
    await driver.append('a:b', Buffer.from('new'))
    expect(await driver.getItem('a:b')).toBe('new')
  })

  test('a store whose folder was removed says so of the next hit, and stores it when it comes again', async () => {
    const { driver, base } = await openDriver('base')
    const storage = createStorage({ driver })
    const store = await createStore({ storage, durability: 'synced', refreshMs: 0 })
    await store.append([makeHit()])
    await rm(base, { recursive: true })
    const hit = makeHit()
    await expect(store.append([hit])).rejects.toThrow(StoreBusyError)
    await store.append([hit])
    for (const each of [store, await createStore({ storage, durability: 'synced' })]) {
      const { value } = await each.hits({ site: 'shop' })[Symbol.asyncIterator]().next()
      expect(value).toEqual(hit)
    }
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

describe('what a killed process has left half-written', () => {
  const minute = 60_000

  /** Makes a file whose last change is so long ago. */
  async function leave(base: string, name: string, age: number): Promise<void> {
    await mkdir(join(base, 'a', 'b'), { recursive: true })
    await writeFile(join(base, name), 'salt')
    const then = new Date(Date.now() - age)
    await utimes(join(base, name), then, then)
  }

  const rows: [string, age: number, stays: boolean][] = [
    ['a/b/value~0a1b2c3d4e5f', 11 * minute, false],
    ['value~0a1b2c3d4e5f', 11 * minute, false],
    ['a/b/value~0a1b2c3d4e5f', 9 * minute, true],
    ['a/b/value', 11 * minute, true],
    ['a/b/value~', 11 * minute, true],
    ['a/b/value~0a1b2c3d4e5', 11 * minute, true],
    ['a/b/my value~0a1b2c3d4e5f', 11 * minute, true],
    ['a/b/value~0a1b2c3d4e5f.txt', 11 * minute, true],
  ]
  test.each(rows)('%s, %i ms old, stays: %s', async (name, age, stays) => {
    const { driver, base } = await openDriver()
    await leave(base, name, age)
    await driver.sweep(10 * minute)
    expect(await readFile(join(base, name)).then(() => true, () => false)).toBe(stays)
  })

  test('links and directories of such a name stay, and so does what they lead to', async () => {
    const { driver, base } = await openDriver('base')
    const outside = join(base, '..', 'outside')
    await leave(outside, 'a/value~0a1b2c3d4e5f', 11 * minute)
    await mkdir(join(base, 'directory~0a1b2c3d4e5f'), { recursive: true })
    await leave(base, 'directory~0a1b2c3d4e5f/value~0a1b2c3d4e5f', 11 * minute)
    await symlink(outside, join(base, 'link'))
    await symlink(join(outside, 'a', 'value~0a1b2c3d4e5f'), join(base, 'link~0a1b2c3d4e5f'))
    await driver.sweep(-minute)
    expect((await readdir(base)).toSorted()).toEqual(['a', 'directory~0a1b2c3d4e5f', 'link', 'link~0a1b2c3d4e5f'])
    expect(await readdir(join(base, 'directory~0a1b2c3d4e5f'))).toEqual(['value~0a1b2c3d4e5f'])
    expect(await readdir(join(outside, 'a'))).toContain('value~0a1b2c3d4e5f')
  })

  test('a base that is not there yet has nothing', async () => {
    const { driver } = await openDriver('none')
    await driver.sweep(0)
  })

  test('goes with the upkeep of a store', async () => {
    const { driver, base } = await openDriver()
    const left = () => readdir(join(base, 'a', 'b'))
    await leave(base, 'a/b/value~0a1b2c3d4e5f', 11 * minute)
    const store = await createStore({ storage: createStorage({ driver }), durability: 'synced' })
    await leave(base, 'a/b/young~0a1b2c3d4e5f', 0)
    await store.maintain()
    expect(await left()).toEqual(['young~0a1b2c3d4e5f'])
  })
})
