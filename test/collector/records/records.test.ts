import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createRecords, type Records } from '../../../packages/collector/src/records/records.ts'

interface Note {
  text: string
}

const read = ({ text }: Record<string, unknown>): Note | undefined => (typeof text === 'string' ? { text } : undefined)
let storage: ReturnType<typeof createStorage>
let clock: { now: number }
const open = (max = 3): Records<Note> => createRecords({ values: createValues(storage), prefix: 'note', read, max, now: () => clock.now })
let notes: Records<Note>
beforeEach(() => {
  storage = createStorage()
  clock = { now: Date.parse('2026-11-22T12:00:00Z') }
  notes = open()
})

describe('records', () => {
  test('are listed as they were made, each site its own', async () => {
    const first = await notes.add('shop', { text: 'b' })
    clock.now += 1
    const second = await notes.add('shop', { text: 'a' })
    await notes.add('blog', { text: 'c' })
    expect(first).toEqual({ text: 'b', id: expect.stringMatching(/^[0-9a-f]{12}$/) as string, created: '2026-11-22T12:00:00.000Z' })
    expect(await notes.list('shop')).toEqual([first, second])
    expect(await notes.get('blog', first.id)).toBeUndefined()
  })

  test('are changed under their id, and older ones do not come back', async () => {
    const { id, created } = await notes.add('shop', { text: 'a' })
    // A clock that goes back changes nothing.
    clock.now -= 60_000
    expect(await notes.replace('shop', id, { text: 'b' })).toEqual({ id, created, text: 'b' })
    expect(await open().list('shop')).toEqual([{ id, created, text: 'b' }])
    const latest = (await storage.getKeys('note')).toSorted().at(-1)!
    await storage.setItemRaw(latest, Buffer.from('torn'))
    expect(await open().list('shop')).toEqual([])
    expect(await notes.replace('shop', '000000000000', { text: 'x' })).toBeUndefined()
  })

  test('are gone once they are removed, with all that they were', async () => {
    const { id } = await notes.add('shop', { text: 'a' })
    await notes.replace('shop', id, { text: 'b' })
    expect(await notes.remove('blog', id)).toBe(false)
    expect(await notes.remove('shop', id)).toBe(true)
    expect(await notes.remove('shop', id)).toBe(false)
    expect(await notes.list('shop')).toEqual([])
    expect(await storage.getKeys('note')).toEqual([])
  })

  test('of other processes are known after 5 s', async () => {
    expect(await notes.list('shop')).toEqual([])
    const added = await open().add('shop', { text: 'a' })
    expect(await notes.list('shop')).toEqual([])
    clock.now += 5001
    expect(await notes.list('shop')).toEqual([added])
  })

  test('are bounded in number, and what lies beside them is somebody else’s', async () => {
    await storage.setItem('note:readme', 'mine')
    for (const text of ['a', 'b', 'c']) await notes.add('shop', { text })
    await expect(notes.add('shop', { text: 'd' })).rejects.toThrow('there are 3 notes already, and no more are taken: remove one first')
    expect(await notes.list('shop')).toHaveLength(3)
  })
})
