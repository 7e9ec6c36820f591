import { Buffer } from 'node:buffer'
import { createStorage, type Driver } from 'unstorage'
import { describe, expect, test } from 'vitest'

/**
 * What a driver must do for the store to keep its promise; beyond unstorage's own `testDriver`, which takes a driver
 * that lists all keys for every prefix. Pass a function that opens an empty one.
 */
export function testDriver(name: string, open: () => Promise<Driver>): void {
  describe(`driver ${name}`, () => {
    const bytes = Buffer.from([0, 255, 10, 13, 36, 123])
    const openStorage = async () => createStorage({ driver: await open() })

    test('gives back the bytes it was given', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b:c', bytes)
      expect(Buffer.from((await storage.getItemRaw('a:b:c'))!)).toEqual(bytes)
      expect(await storage.hasItem('a:b:c')).toBe(true)
    })

    test('has nothing where nothing was written', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      expect([await storage.getItemRaw('a:c'), await storage.getItem('x:y'), await storage.hasItem('a')]).toEqual([null, null, false])
      expect(await storage.getKeys('nothing:here')).toEqual([])
    })

    test('lists what is below a prefix and nothing else', async () => {
      const storage = await openStorage()
      const keys = ['a:b:1', 'a:b:2', 'a:bc:3', 'b:b:4']
      for (const key of keys) await storage.setItemRaw(key, bytes)
      expect((await storage.getKeys()).toSorted()).toEqual(keys)
      expect((await storage.getKeys('a:b')).toSorted()).toEqual(['a:b:1', 'a:b:2'])
    })

    test('forgets what was removed, and takes it that it was removed before', async () => {
      const storage = await openStorage()
      await storage.setItemRaw('a:b', bytes)
      await storage.removeItem('a:b')
      await storage.removeItem('a:b')
      expect([await storage.getKeys(), await storage.getItemRaw('a:b')]).toEqual([[], null])
    })

    test('lists every one of 1,500 keys', async () => {
      const storage = await openStorage()
      await Promise.all(Array.from({ length: 1500 }, (_, index) => storage.setItemRaw(`many:${index % 10}:${index}`, bytes)))
      expect(await storage.getKeys('many')).toHaveLength(1500)
    })
  })
}
