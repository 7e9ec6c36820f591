import { Buffer } from 'node:buffer'
import { createStore } from '@treadlight/store'
import { expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const keysOf = ({ values }: FaultyStorage, part: string) => [...values.keys()].filter((key) => key.includes(part))
const namesAda = ({ values }: FaultyStorage) => [...values.values()].some((value) => value.includes('ada-in-clear'))

function damage({ values }: FaultyStorage, key: string, text: string): () => void {
  const sound = values.get(key)!
  const bytes = Buffer.from(sound)
  bytes[bytes.indexOf(text)]! ^= 1
  values.set(key, bytes)
  return () => void values.set(key, sound)
}

test.each(['batch', 'link'])('an erasure is not finished while the person may be in a %s that is damaged', async (family) => {
  const faulty = createFaultyStorage({ append: true })
  let time = noon
  const open = () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const writer = await open()
  await writer.append([makeHit({ user: 'bob' })])
  await writer.append([makeHit({ session: 's1', ...(family === 'batch' && { user: 'ada-in-clear' }), title: 'ada reads' })])
  await writer.append([makeHit({ user: 'bob' })])
  if (family === 'link') await writer.identify({ site: 'shop', session: 's1', user: 'ada-in-clear', time })
  await writer.close()
  const [key] = keysOf(faulty, `:${family}:`)
  const mend = damage(faulty, key!, family === 'batch' ? 'ada reads' : 'ada-in-clear')
  const keeper = await open()
  await keeper.erase({ site: 'shop', user: 'ada-in-clear' })
  time += 2 * day
  for (let round = 0; round < 4; round++) {
    await keeper.maintain({ force: true })
    time += 30 * minute
  }
  expect(keysOf(faulty, '-done')).toEqual([])
  mend()
  const later = await open()
  for (let round = 0; round < 4; round++) {
    await later.maintain({ force: true })
    time += 30 * minute
  }
  expect(keysOf(faulty, '-done')).not.toEqual([])
  expect(namesAda(faulty)).toBe(false)
})
