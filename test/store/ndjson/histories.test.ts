import type { HitStore, Query, StoredHit, Subject } from '@treadlight/store'
import fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNdjsonStore } from '../../../packages/store/src/ndjson/createNdjsonStore.ts'
import { nameHit } from '../../../packages/store/src/erasure.ts'
import { createReferenceStore } from '../../../packages/store/src/reference.ts'
import { day, makeHit, minute, noon, testId } from '../makeHit.ts'
import { listAll } from './ndjsonFile.ts'

type Step =
  | { do: 'append'; hits: StoredHit[] }
  | { do: 'identify'; session: string; user: string }
  | { do: 'erase'; subject: Omit<Subject, 'site'> }
  | { do: 'prune'; anonymous: number; authenticated: number; newest?: number | undefined; dryRun: boolean }
  | { do: 'maintain'; force: boolean }
  | { do: 'reopen' }

const hit: fc.Arbitrary<StoredHit> = fc
  .record({
    number: fc.integer({ min: 0, max: 11 }),
    origin: fc.constantFrom('server' as const, 'browser' as const, 'import' as const),
    type: fc.constantFrom('pageview' as const, 'event' as const, 'engagement' as const),
    user: fc.constantFrom('', '', 'u1', 'u2'),
    session: fc.constantFrom('', 's1', 's2'),
    visitor: fc.constantFrom('v1', 'v2'),
    received: fc.constantFrom(noon, noon + 1),
    time: fc.integer({ min: -6, max: 1 }).map((days) => noon + days * day),
    path: fc.constantFrom('/', '/a'),
    source: fc.constantFrom('', 'google', 'news'),
  })
  .map(({ number, ...fields }) => makeHit({ id: testId(number), ...fields }))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), hits: fc.array(hit, { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('identify' as const), session: fc.constantFrom('s1', 's2'), user: fc.constantFrom('u1', 'u2') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), subject: fc.constantFrom({ user: 'u1' }, { session: 's1' }, { visitor: 'v2' }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('prune' as const),
      anonymous: fc.constantFrom(day, 3 * day),
      authenticated: fc.constantFrom(2 * day, 5 * day),
      newest: fc.constantFrom(undefined, 4),
      dryRun: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('maintain' as const), force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
)

const query: Query = {
  site: 'shop',
  range: { from: noon - 3 * day, to: noon + 8 * day },
  timezone: 'UTC',
  metrics: ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'time_on_page'],
  dimensions: ['event:page'],
}

/** Asks for days before the range. */
const touchQuery: Query = { ...query, range: { from: noon - day, to: noon + 8 * day }, dimensions: ['time:day', 'first:source', 'last:source'] }

async function perform(store: HitStore, step: Exclude<Step, { do: 'reopen' | 'maintain' }>, time: number): Promise<unknown> {
  switch (step.do) {
    case 'append':
      return store.append(step.hits)
    case 'identify':
      return store.identify({ site: 'shop', session: step.session, user: step.user, time })
    case 'erase':
      return store.erase({ site: 'shop', ...step.subject } as Subject)
    case 'prune': {
      const { anonymous, authenticated, newest, dryRun } = step
      return store.prune({ anonymous, authenticated, ...(newest !== undefined && { newest }) }, { dryRun })
    }
  }
}

let base: string
let count = 0
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'treadlight-'))))
afterAll(() => rm(base, { recursive: true }))

async function play(steps: readonly Step[]): Promise<void> {
  let time = noon
  let received = 0
  const options = { path: join(base, String(count++)), sync: false, now: () => time }
  const reference = createReferenceStore(options)
  let store = await createNdjsonStore(options)
  const seen = new Set<string>()
  // What is too old for an earlier pruning does not come: as a collector refuses it, and an import is one of its own.
  let oldest = -Infinity
  for (const drawn of steps) {
    time += minute
    const step = drawn.do === 'append' ? { ...drawn, hits: drawn.hits.filter((hit) => hit.time >= oldest).map(receive) } : drawn
    if (step.do === 'prune' && !step.dryRun) {
      oldest = Math.max(oldest, step.newest === undefined ? time - Math.min(step.anonymous, step.authenticated) : time + day)
    }
    if (step.do === 'maintain') await store.maintain(step)
    else if (step.do === 'reopen') {
      await store.close()
      store = await createNdjsonStore(options)
    } else {
      const [expected, actual] = [await perform(reference, step, time), await perform(store, step, time)]
      // Of a hit that is erased on its way in, a file that forgets it cannot say for ever whether it came before.
      if (step.do !== 'append') expect(actual).toEqual(expected)
    }
    expect(await listAll(store)).toEqual(await listAll(reference))
    expect(await store.query(query)).toEqual(await reference.query(query))
    expect(await store.query(touchQuery)).toEqual(await reference.query(touchQuery))
  }
  await store.close()

  /**
   * As collectors do: no two at the same moment, and a hit that comes again was received when it came. The first time
   * it may have been on its way for long.
   */
  function receive(hit: StoredHit): StoredHit {
    const isNew = !seen.has(nameHit(hit))
    seen.add(nameHit(hit))
    return { ...hit, received: time + (received = (received + 1) % 1000) - (isNew && hit.received === noon ? 3 * minute : 0) }
  }
}

test('PV16 PV18 PV22 random histories: the file says what the reference says, also rewritten and opened again', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), play), { numRuns: 200 })
})
