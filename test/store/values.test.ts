import { Buffer } from 'node:buffer'
import { createFsDriver, createValues, openStorage, type StorageProblem } from '@treadlight/store'
import { createStorage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

describe('values', () => {
  test('are written once', async () => {
    const values = createValues(createStorage())
    expect([await values.create('salt:a', 'one'), await values.create('salt:a', 'two')]).toEqual([true, false])
    expect(String(Buffer.from((await values.read('salt:a'))!))).toBe('one')
  })

  test('are listed by prefix, sorted, each once, however the driver lists them', async () => {
    const values = createValues(createFaultyStorage({ append: false }).storage)
    for (const key of ['salt:b', 'salt:a', 'login:c']) await values.create(key, key)
    expect(await values.list('salt:')).toEqual(['salt:a', 'salt:b'])
  })

  test('are gone once removed', async () => {
    const values = createValues(createStorage())
    await values.create('salt:a', Uint8Array.of(0, 255))
    expect(await values.read('salt:a')).toEqual(Buffer.from([0, 255]))
    await values.remove('salt:a')
    expect([await values.read('salt:a'), await values.create('salt:a', '')]).toEqual([undefined, true])
    expect(await values.read('salt:a')).toHaveLength(0)
  })

  test('on fs, of many at once exactly one creates', async () => {
    const { storage } = await openStorage({ driver: 'fs', base: await createTemporaryDirectory() })
    const created = await Promise.all(Array.from({ length: 20 }, (_, index) => createValues(storage).create('salt:a', String(index))))
    expect(created.filter(Boolean)).toHaveLength(1)
    expect(String(await createValues(storage).read('salt:a'))).toBe(String(created.indexOf(true)))
  })

  test('torn at any length they are no value, and reported', async () => {
    const driver = memoryDriver()
    const storage = createStorage({ driver })
    await createValues(storage).create('key', 'secret')
    const bytes = driver.getInstance!().get('key') as Buffer
    for (let length = 0; length < bytes.length; length++) {
      const problems: StorageProblem[] = []
      driver.getInstance!().set('key', bytes.subarray(0, length))
      expect(await createValues(storage, { onProblem: (problem) => problems.push(problem) }).read('key')).toBeUndefined()
      expect(problems).toEqual([{ key: 'key', offset: 0, reason: 'torn' }])
    }
  })

  test('an error that a driver hands over as a value is an error', async () => {
    const storage = createStorage({ driver: { ...memoryDriver(), getItemRaw: () => new Error('EMFILE') } })
    await expect(createValues(storage).read('key')).rejects.toThrow('could not read key')
  })

  test('what cannot be written says where and what to do', async () => {
    const base = await createTemporaryDirectory()
    const values = createValues(createStorage({ driver: createFsDriver({ base }) }))
    await values.create('a', '')
    await values.create('c:d', '')
    await expect(values.create('a:b', '')).rejects.toThrow(/could not write .*a\/b \(ENOTDIR\): a key cannot be both/)
    await expect(values.create('c', '')).rejects.toThrow(/could not write .*c \(EISDIR\): a key cannot be both/)
  })
})
