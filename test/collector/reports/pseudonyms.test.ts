import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../packages/collector/src/reports/entries.ts'
import { createPseudonyms } from '../../../packages/collector/src/reports/pseudonyms.ts'

const entry: Entry = { time: 0, engaged: 0, username: 'ann', session: 's1', address: '203.0.113.9', path: '/' }

describe('PT14 pseudonyms', () => {
  test('are the same throughout an export, different for different people, and nothing of them is kept', () => {
    const anonymize = createPseudonyms()
    const ann = anonymize(entry)
    expect(ann).toEqual({ ...entry, username: expect.stringMatching(/^user-[0-9a-f]{16}$/), session: expect.stringMatching(/^[0-9a-f]{16}$/), address: '203.0.113.0' })
    expect(anonymize({ ...entry, path: '/b' })).toEqual({ ...ann, path: '/b' })
    const bob = anonymize({ ...entry, username: 'bob', session: 's2' })
    expect([bob.username, bob.session]).not.toContain(ann.username)
    expect(bob.session).not.toBe(ann.session)
    expect(entry.username).toBe('ann')
  })

  test('of two exports have nothing in common', () => {
    const [first, second] = [createPseudonyms(), createPseudonyms()].map((anonymize) => anonymize(entry))
    expect(first!.username).not.toBe(second!.username)
    expect(first!.session).not.toBe(second!.session)
  })

  test('a user who is called like a session is not found by it', () => {
    const { username, session } = createPseudonyms()({ ...entry, username: 'same', session: 'same' })
    expect(username).not.toContain(session)
  })

  test('who has no name gets none', () => {
    expect(createPseudonyms()({ ...entry, username: 'anonymous', session: 'None', address: '' })).toEqual({ ...entry, username: 'anonymous', session: 'None', address: '' })
  })

  test.each([
    ['203.0.113.9', '203.0.113.0'],
    ['2001:db8:1:2::7', '2001:db8:1::'],
    ['::ffff:203.0.113.9', '203.0.113.0'],
    ['203.0.113.9, 10.0.0.1', ''],
  ])('PT08 P003: the address %s becomes %j', (address, cut) => expect(createPseudonyms()({ ...entry, address }).address).toBe(cut))
})
