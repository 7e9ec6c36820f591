import { compareSites, copyFacts, createReferenceStore, createStore, createValues, tallySite, type HitStore, type Portable } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { describeAll, perform, step, type Step } from '../store/playHistory.ts'
import { day, minute, noon } from '../store/makeHit.ts'

export interface PortableOptions {
  /** ms since 1970. */
  now: () => number
}

type PortableStore = HitStore & Portable

/** Histories that are played, in each direction. */
const numRuns = 6

const steps = fc.array(step, { minLength: 4, maxLength: 10 })
const some = fc.array(step, { maxLength: 4 })

/**
 * What a store must do so that its hits can move to another kind of store and back: what was said of anybody before goes
 * along, so that whatever happens afterwards means the same there. Pass a function that opens an empty one.
 *
 * @example
 * testPortable('mine', ({ now }) => createMyStore({ now }))
 */
export function testPortable(name: string, open: (options: PortableOptions) => Promise<PortableStore>, runs: number = numRuns): void {
  const openOwn = ({ now }: PortableOptions): Promise<PortableStore> => createStore({ storage: createStorage(), durability: 'volatile', now, refreshMs: 0, keepSums: false })

  describe(`${name}: moves`, () => {
    test.each([
      ['to a storage', open, openOwn],
      ['from a storage', openOwn, open],
    ])('%s, and answers there as before, whatever comes then', { timeout: 120_000 }, async (_, openFrom, openTo) => {
      await fc.assert(fc.asyncProperty(steps, some, steps, fc.nat(6), (before, between, after, stop) => playMoved({ before, between, after }, { openFrom, openTo, stop })), { numRuns: runs })
    })
  })
}

interface Move {
  openFrom: (options: PortableOptions) => Promise<PortableStore>
  openTo: (options: PortableOptions) => Promise<PortableStore>
  /** The first run ends after so many pieces. */
  stop: number
}

async function playMoved({ before, between, after }: Record<'before' | 'between' | 'after', readonly Step[]>, { openFrom, openTo, stop }: Move): Promise<void> {
  let time = noon
  const now = () => time
  const reference = createReferenceStore({ now })
  const [from, to] = [await openFrom({ now }), await openTo({ now })]
  // What is too old for an earlier pruning does not come: as a collector refuses it.
  let oldest = -Infinity
  const stores: PortableStore[] = [from]
  const play = async (planned: Step): Promise<void> => {
    if (planned.do === 'reopen' || planned.do === 'wait') return
    const each = planned.do === 'append' || planned.do === 'load' ? { ...planned, hits: planned.hits.filter((hit) => hit.time >= oldest) } : planned
    time += 21 * minute
    if (each.do === 'prune' && !each.dryRun) oldest = Math.max(oldest, each.newest === undefined ? time - Math.min(each.anonymous, each.authenticated) : time + day)
    const said = await perform(reference, each, time)
    for (const store of stores) {
      const answer = await perform(store, each, time)
      // What becomes of a retry depends on what a process has read.
      if (each.do !== 'append' && each.do !== 'load' && each.do !== 'maintain') expect(answer).toEqual(said)
    }
  }
  for (const each of before) await play(each)
  const notes = createValues(createStorage())
  const move = (signal?: AbortSignal, onProgress?: () => void) => copyFacts({ from, to, notes, source: 'here', now, ...(signal && { signal }), ...(onProgress && { onProgress }) })
  const ended = new AbortController()
  let pieces = 0
  await move(ended.signal, () => void (++pieces > stop && ended.abort(new Error('ended')))).catch((error: Error) => expect(error.message).toBe('ended'))
  // The source is in use until the last run.
  for (const each of between) await play(each)
  await move()
  // Everything is there, so nothing is left to do.
  expect((await move()).copied).toBe(0)
  const sites = [await tallySite(from, 'shop'), await tallySite(to, 'shop')] as const
  expect(compareSites(...sites, sites[1].marks.prunings.length > 0)).toEqual({ days: [], links: 0, erasures: 0, prunings: 0 })
  expect(await describeAll(to, false)).toEqual(await describeAll(reference, false))
  // From here on only the new place is written to.
  stores[0] = to
  for (const each of after) {
    await play(each)
    expect(await describeAll(to, false)).toEqual(await describeAll(reference, false))
  }
  await Promise.all([from.close(), to.close()])
}
