import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsDriver } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage, type Storage } from 'unstorage'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { day, makeHit, noon, testId } from './makeHit.ts'
import { play, step, type Step } from './playHistory.ts'
import { sized } from '../sizes.ts'

/** What happens, and to which process. */
const history = fc.array(fc.tuple(step, fc.nat(2)), { minLength: 2, maxLength: 12 })

describe('PV16 PV18 PV22 random histories: every store says what the reference says', () => {
  let base: string
  let count = 0
  beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'treadlight-'))))
  afterAll(() => rm(base, { recursive: true }))

  const storages: [string, () => Storage, runs: number][] = [
    ['one value per group', () => createFaultyStorage({ append: false }).storage, sized(75, 30)],
    ['appending', () => createFaultyStorage({ append: true }).storage, sized(75, 30)],
    ['fs', () => createStorage({ driver: createFsDriver({ base: join(base, String(count++)), sync: false }) }), sized(20, 10)],
  ]
  for (const [name, open, numRuns] of storages) {
    for (const processes of [1, 3]) {
      test(`${name}, ${processes} at once`, async () => {
        await fc.assert(fc.asyncProperty(history, (steps) => play(steps, open(), processes)), { numRuns })
      }, 120_000)
    }
  }

  test('who logs in again after an erasure is known, also to who reads the links before the erasure', async () => {
    const steps: Step[] = [
      { do: 'identify', session: 's1', user: 'u1' },
      { do: 'erase', subject: { user: 'u1' } },
      { do: 'identify', session: 's1', user: 'u1' },
      { do: 'append', hits: [makeHit({ id: testId(0), session: 's1', user: '', time: noon + day })] },
      { do: 'reopen' },
    ]
    await play(steps.map((step) => [step, 0]), createFaultyStorage({ append: false }).storage, 1)
  })
})
