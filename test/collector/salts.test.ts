import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import { createSalts } from '../../packages/collector/src/hit/salts.ts'
import { noon } from './collector.ts'

const day = 86_400_000
const site = 'default'
const timezone = 'UTC'
const days = async (values: Values): Promise<string[]> => (await values.list('default:salt:')).map((key) => key.split(':')[2]!)

test('a salt is 256 random bits of its own for each day, and a late hit finds it for two more', async () => {
  const values = createValues(createStorage())
  const salts = createSalts({ values, site, timezone })
  const today = (await salts.at(noon))('2026-11-21')
  const tomorrow = (await salts.at(noon))('2026-11-22')
  expect([today, tomorrow]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect(today).not.toBe(tomorrow)
  expect((await salts.at(noon + day))('2026-11-22')).toBe(tomorrow)
  expect((await salts.at(noon + 2 * day))('2026-11-21')).toBe(today)
})

test('48 hours after its day it is gone for good: a late hit has the salt of the day on which it arrives', async () => {
  const values = createValues(createStorage())
  const salts = createSalts({ values, site, timezone })
  const old = (await salts.at(noon))('2026-11-21')
  const end = Date.parse('2026-11-24T00:00:00Z')
  expect((await salts.at(end - 1))('2026-11-21')).toBe(old)
  expect(await days(values)).toContain('2026-11-21')
  const later = await salts.at(end)
  expect(later('2026-11-21')).toBe(later('2026-11-24'))
  expect(later('2026-11-21')).not.toBe(old)
  expect(await days(values)).not.toContain('2026-11-21')
})

test('nothing but chance makes it: the same site on another storage has another', async () => {
  const one = (await createSalts({ values: createValues(createStorage()), site, timezone }).at(noon))('2026-11-21')
  const two = (await createSalts({ values: createValues(createStorage()), site, timezone }).at(noon))('2026-11-21')
  expect(one).not.toBe(two)
})

test('collectors that start at once, and each see their own candidate alone, agree a minute later', async () => {
  const values = createValues(createStorage())
  // The second one’s candidate sorts first, and is written when the first one has looked.
  const last: Values = { ...values, create: (key, value) => values.create(key.replace(/[^:]*$/, 'f'.repeat(16)), value) }
  let write = (): void => undefined
  const isWritten = new Promise<void>((resolve) => (write = resolve))
  const slow: Values = {
    ...values,
    async create(key, value) {
      await isWritten
      return values.create(key.replace(/[^:]*$/, '0'.repeat(16)), value)
    },
  }
  const [first, second] = [createSalts({ values: last, site, timezone }), createSalts({ values: slow, site, timezone })]
  const seen = second.at(noon)
  // Until the second one waits to write.
  await new Promise((resolve) => setTimeout(resolve, 20))
  const own = (await first.at(noon))('2026-11-21')
  write()
  const agreed = (await seen)('2026-11-21')
  expect((await first.at(noon + 59_999))('2026-11-21')).toBe(own)
  expect((await first.at(noon + 60_000))('2026-11-21')).toBe(agreed)
  expect((await second.at(noon + 60_000))('2026-11-21')).toBe(agreed)
  expect((await first.at(noon + 60_000))('2026-11-22')).toBe((await second.at(noon + 60_000))('2026-11-22'))
})
