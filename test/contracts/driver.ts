import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { createStorage, type Driver, type Storage } from 'unstorage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isPartDriver, type PartDriver } from '../../packages/store/src/drivers/storeDriver.ts'

export interface DriverPromises {
  /** Of several that write one key at once exactly one succeeds, the others fail with EEXIST. @default true */
  exclusive?: boolean
  /** How many values the listings are tried with. @default 1_500 */
  keys?: number
  /** Whether it can read parts of values. @default true */
  parts?: boolean
}

const mebibyte = 1024 * 1024
const bytes = Buffer.from([0, 255, 10, 13, 36, 123])

/**
 * What a driver must do for the store to keep its promise; beyond unstorage's own `testDriver`, which takes a driver
 * that lists all keys for every prefix. Pass a function that opens an empty one.
 *
 * @example
 * testDriver('mine', async () => createMyDriver())
 */
export function testDriver(name: string, open: () => Promise<Driver>, promises: DriverPromises = {}): void {
  const { exclusive = true, keys: many = 1500, parts = true } = promises

  async function openStorage(): Promise<Storage> {
    const storage = createStorage({ driver: await open() })
    onTestFinished(() => storage.dispose())
    return storage
  }

  describe(`driver ${name}: values`, () => {
    const values: [string, Buffer][] = [
      ['the bytes it was given', bytes],
      ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ['no bytes', Buffer.of()],
      ['bytes that are no UTF-8', Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80])],
      ['2 MiB', randomBytes(2 * mebibyte)],
    ]
    test.each(values)('gives back %s', async (_, value) => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b:c', value)
      expect(value.equals(await read(storage, 'a:b:c'))).toBe(true)
      expect(await storage.hasItem('a:b:c')).toBe(true)
    })

    test('has nothing where nothing was written', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      expect([await storage.getItemRaw('a:c'), await storage.getItem('x:y'), await storage.hasItem('a')]).toEqual([null, null, false])
      expect(await storage.getKeys('nothing:here')).toEqual([])
    })

    test('takes long keys, and all that keys are made of', async () => {
      const storage = await openStorage()
      const keys = ['A-Z.a_z:0-9', 'salt', `long:${'k'.repeat(200)}:${'k'.repeat(200)}`]
      for (const key of keys) await storage.setItemRaw(key, Buffer.from(key))
      for (const key of keys) expect((await read(storage, key)).toString()).toBe(key)
      expect((await storage.getKeys()).toSorted()).toEqual(keys.toSorted())
    })

    test('tells upper from lower case', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      expect([await storage.getItemRaw('a:B'), await storage.hasItem('A:b'), await storage.getKeys('A')]).toEqual([null, false, []])
    })
  })

  test.skipIf(parts)(`driver ${name} reads whole values only`, async () => {
    const driver = await open()
    onTestFinished(() => driver.dispose?.())
    expect(isPartDriver(driver)).toBe(false)
  })

  describe.skipIf(!parts)(`driver ${name}: parts of values`, () => {
    const value = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))

    async function openParts(): Promise<PartDriver> {
      const driver = await open()
      onTestFinished(() => driver.dispose?.())
      await driver.setItemRaw!('a:b', value, {})
      await driver.setItemRaw!('a:empty', Buffer.of(), {})
      return driver as PartDriver
    }

    test.each([
      [0, 1000],
      [0, 1],
      [17, 300],
      [999, 1000],
      [990, 5000],
      [1000, 1010],
      [4000, 5000],
      [5, 5],
      [2000, 2000],
    ])('gives the bytes from %i to %i, as far as there are any', async (start, end) => {
      const driver = await openParts()
      const part = (await driver.readPart('a:b', start, end))!
      expect(part).toBeInstanceOf(Uint8Array)
      expect(Buffer.from(part).equals(value.subarray(start, end))).toBe(true)
      expect(await driver.readPart('a:empty', start, end)).toHaveLength(0)
    })

    test('says where there is no value', async () => {
      const driver = await openParts()
      expect([await driver.readPart('a:c', 0, 10), await driver.readPart('a:c', 5, 5), await driver.readPart('x:y:z', 0, 10)]).toEqual([null, null, null])
    })

    test.each([
      ['a:b', -1, 5],
      ['a:b', 5, 4],
      ['a:b', 0.5, 4],
      ['a:b', 0, Infinity],
      ['a:../b', 0, 5],
    ])('refuses %s from %d to %d', async (key, start, end) => {
      const driver = await openParts()
      await expect(driver.readPart(key, start, end)).rejects.toThrow(RangeError)
    })
  })

  describe(`driver ${name}: listing`, () => {
    test('lists what is below a prefix and nothing else', async () => {
      const storage = await openStorage()
      const keys = ['a:b:1', 'a:b:2', 'a:b:c:3', 'a:b-c:6', 'a:b.c:7', 'a:b_c:8', 'a:bc:4', 'ab:b:5', 'b:b:4']
      for (const key of keys) await storage.setItemRaw(key, bytes)
      const list = async (prefix?: string) => [...new Set(await storage.getKeys(prefix))].toSorted()
      expect(await list()).toEqual(keys.toSorted())
      expect(await list('a:b')).toEqual(['a:b:1', 'a:b:2', 'a:b:c:3'])
      expect(await list('a:b:')).toEqual(['a:b:1', 'a:b:2', 'a:b:c:3'])
      expect(await list('a')).toEqual(keys.filter((key) => key.startsWith('a:')).toSorted())
      expect(await list('a:b:c')).toEqual(['a:b:c:3'])
    })

    test(`lists every one of ${many} keys, before and after some are removed`, async () => {
      const storage = await openStorage()
      const keys = Array.from({ length: many }, (_, index) => `many:${index % 10}:${index}`)
      await inParallel(keys, (key) => storage.setItemRaw(key, bytes))
      await storage.setItemRaw('manyx:1', bytes)
      expect(new Set(await storage.getKeys('many'))).toEqual(new Set(keys))
      expect(new Set(await storage.getKeys())).toEqual(new Set([...keys, 'manyx:1']))
      const removed = keys.filter((_, index) => index % 100 === 0)
      await inParallel(removed, (key) => storage.removeItem(key))
      expect(new Set(await storage.getKeys('many'))).toEqual(new Set(keys.filter((key) => !removed.includes(key))))
    })
  })

  describe(`driver ${name}: writing`, () => {
    test('200 at once are all there', async () => {
      const storage = await openStorage()
      const keys = Array.from({ length: 200 }, (_, index) => `w:${index}`)
      await Promise.all(keys.map((key) => storage.setItemRaw(key, Buffer.from(key))))
      for (const key of keys) expect((await read(storage, key)).toString()).toBe(key)
    })

    test('a reader sees a value as a whole or not at all', async () => {
      const storage = await openStorage()
      const value = randomBytes(mebibyte)
      let writing = true
      const written = storage.setItemRaw('a:b', value).finally(() => (writing = false))
      while (writing) {
        const seen: unknown = await storage.getItemRaw('a:b')
        if (seen !== null) expect(value.equals(seen as Uint8Array)).toBe(true)
        await new Promise(setImmediate)
      }
      await written
    })

    test('forgets what was removed, and takes it that it was removed before', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      await storage.removeItem('a:b')
      await storage.removeItem('a:b')
      expect([await storage.getKeys(), await storage.getItemRaw('a:b'), await storage.hasItem('a:b')]).toEqual([[], null, false])
      await storage.setItemRaw('a:b', bytes)
      expect(await storage.getKeys('a')).toEqual(['a:b'])
    })

    test.skipIf(!exclusive)('never overwrites: a second write fails with EEXIST', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      await expect(storage.setItemRaw('a:b', Buffer.from('other'))).rejects.toMatchObject({ code: 'EEXIST' })
      expect(bytes.equals(await read(storage, 'a:b'))).toBe(true)
    })

    test.skipIf(!exclusive)('of 20 writes to one key at once one succeeds, and its value is there', async () => {
      const storage = await openStorage()
      for (let round = 0; round < 5; round++) {
        const key = `race:${round}`
        const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => storage.setItemRaw(key, Buffer.from(`${index}`))))
        const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [`${index}`] : []))
        expect(winners).toEqual([(await read(storage, key)).toString()])
        const codes = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as { code: string }).code] : []))
        expect(codes).toEqual(Array.from({ length: 19 }, () => 'EEXIST'))
      }
    })
  })
}

async function read(storage: Storage, key: string): Promise<Buffer> {
  const value: unknown = await storage.getItemRaw(key)
  expect(value, key).toBeInstanceOf(Uint8Array)
  return Buffer.from(value as Uint8Array)
}

async function inParallel(keys: readonly string[], act: (key: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < keys.length; start += 100) await Promise.all(keys.slice(start, start + 100).map(act))
}
