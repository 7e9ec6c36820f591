import { createReferenceStore, createStore, StoreBusyError, type HitStore, type Query, type Store, type StoredHit } from '@treadlight/store'
import { createFaultyStorage, type Fault, type FaultyStorage } from '../store/faultyStorage.ts'
import { day, makeEngagement, makeEvent, makeHit, minute, noon, testId } from '../store/makeHit.ts'
import { findRot } from './bitRot.ts'
import { findDiskFaults } from './diskFaults.ts'
import { readRaw } from './rawStorage.ts'
import type { ProveOptions, ProveResult } from './proof.ts'
import type { OpenStore } from './schedule.ts'

export interface FaultOptions extends ProveOptions {
  /** Of so many calls only one is made to fail. @default 1 */
  stride?: number
  /** How often each kind of disk fails. @default 25 */
  rounds?: number
  open?: OpenStore
}

/** What a store is asked to do, and when. */
interface Step {
  at: number
  act(store: HitStore): Promise<unknown>
  /** Whether all that is known is forgotten before it. */
  reopen?: boolean
}

const site = 'shop'
const query: Query = { site, range: { from: 0, to: noon + 40 * day }, timezone: 'UTC', metrics: ['visitors', 'visits', 'pageviews', 'events', 'time_on_page'] }
const patience = 4

/**
 * Every call of a day in the life of a store is made to fail, one in each run, in every way there is: not done, half
 * done, done without an answer, done and hanging until the process is killed. Then real disks that are full, read-only,
 * forbidden or out of handles, and values of which bits have flipped.
 */
export async function faults({ runs, seed, progress, signal, stride = 1, rounds = 25, open = createStore }: FaultOptions): Promise<ProveResult> {
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  const note = (kind: 'lost' | 'twice' | 'serverErrors', text: string) => {
    result[kind]++
    console.error(text)
  }
  for (const append of [true, false]) {
    const { calls, changes } = await playStory({ append }, open, note)
    for (let call = 1; call <= calls && result.runs < runs && !signal?.aborted; call += stride) {
      // What fails before or after it has read comes to the same.
      const kinds: Fault[] = changes.has(call) ? ['before', 'half', 'after', 'hang'] : ['before', 'hang']
      for (const fault of kinds) {
        const { acknowledged } = await playStory({ append, fail: { call, fault } }, open, note)
        result.hits += acknowledged
        progress(++result.runs, result)
      }
    }
  }
  if (signal?.aborted) return result
  await findOverload(open, note)
  const rot = await findRot(seed, open, note)
  const disks = await findDiskFaults(note, rounds)
  result.runs += rot.runs + disks.runs
  result.added = { 'with flipped bits': rot.runs, 'on bad disks': disks.runs }
  result.hits += rot.hits + disks.hits
  return result
}

type Note = (kind: 'lost' | 'twice' | 'serverErrors', text: string) => void

/** Some two hundred calls: hits of four days, log-ins, upkeep, an erasure, a pruning, late and repeated hits. */
function tellStory(): Step[] {
  const hit = (number: number, fields: Partial<StoredHit> = {}) => makeHit({ id: testId(number), ...fields })
  const [view, old, older] = [hit(1, { session: 's1' }), hit(2, { time: noon - 2 * day }), hit(3, { time: noon - 5 * day, user: 'u3' })]
  const person = hit(4, { user: 'person-zz', session: 's4', time: noon - 3 * day })
  const twin = { ...view, origin: 'server' as const, user: 'u1', received: view.received + 5 }
  const append = (at: number, ...hits: StoredHit[]): Step => ({ at, act: (store) => store.append(hits.map((each) => Object.assign(structuredClone(each), { received: at }))) })
  const maintain = (at: number, force: boolean): Step => ({ at, act: (store) => store.maintain({ force }) })
  const read = (at: number): Step => ({ at, act: describe })
  return [
    append(noon, view, old),
    append(noon + 1, older, person),
    { at: noon + 2, act: (store) => store.identify({ site, session: 's1', user: 'u1', time: noon + 2 }) },
    read(noon + 3),
    maintain(noon + 40 * minute, true),
    append(noon + 41 * minute, twin, hit(5)),
    append(noon + 41 * minute, makeEngagement(view, { id: testId(6), engaged: 5000 }), makeEvent('buy', { id: testId(7), session: 's1' })),
    maintain(noon + 90 * minute, false),
    { ...read(noon + 91 * minute), reopen: true },
    append(noon + 92 * minute, old, hit(8, { time: noon - 3 * day, session: 's4' })),
    { at: noon + 93 * minute, act: (store) => store.identify({ site, session: 's4', user: 'person-zz', time: noon + 93 * minute }) },
    { at: noon + 94 * minute, act: (store) => store.erase({ site, user: 'person-zz' }) },
    read(noon + 95 * minute),
    append(noon + 96 * minute, person, hit(9, { time: noon - 2 * day, user: 'u3' })),
    { at: noon + 97 * minute, act: (store) => store.prune({ anonymous: 4 * day, authenticated: 4.5 * day }) },
    append(noon + 98 * minute, hit(10, { time: noon + 98 * minute })),
    maintain(noon + 150 * minute, true),
    read(noon + 151 * minute),
    maintain(noon + 200 * minute, true),
    append(noon + 201 * minute, hit(5), older),
    maintain(noon + 2 * day, false),
    { ...read(noon + 2 * day + 1), reopen: true },
  ]
}

/** Tells the story to a store to which one call fails, and to the reference; whatever fails is asked for again. */
async function playStory(
  options: { append: boolean; fail?: FaultyStorage['fail'] },
  open: OpenStore,
  note: Note,
): Promise<{ calls: number; changes: ReadonlySet<number>; acknowledged: number }> {
  const faulty = createFaultyStorage(options)
  if (options.fail) faulty.fail = options.fail
  const name = `append ${options.append}, call ${options.fail?.call} ${options.fail?.fault}`
  let time = noon
  let nonces = 0
  const now = () => time
  const reference = createReferenceStore({ now })
  const openStore = () =>
    open({ storage: faulty.storage, durability: 'volatile', now, refreshMs: 0, nonce: () => (++nonces).toString(16).padStart(12, '0'), onError: () => {} })
  let store: Store | undefined
  let acknowledged = 0

  async function perform({ act }: Step): Promise<unknown> {
    const hung = new Promise<never>((_, reject) => {
      faulty.onHang = () => {
        // The process is killed, and another one begins.
        store = undefined
        reject(new Error('killed'))
      }
    })
    hung.catch(() => undefined)
    return Promise.race([hung, (async () => act((store ??= await openStore())))()])
  }

  async function insist(step: Step): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await perform(step)
        return
      } catch (error) {
        if (attempt >= patience) return note('serverErrors', `${name}: ${String(error)} again and again`)
      }
    }
  }

  for (const step of tellStory()) {
    time = step.at
    if (step.reopen === true) store = undefined
    await insist(step)
    await step.act(reference)
    acknowledged++
  }
  const { calls } = faulty
  await compare(name, reference, store, note)
  for (let round = 0; round < 4; round++) {
    time += 2 * day
    await insist({ at: time, act: (its) => its.maintain({ force: true }) })
  }
  store = undefined
  await perform({ at: time, act: async (its) => compare(`${name}, kept up`, reference, its, note) })
  await searchLeftOvers(name, faulty, note)
  return { calls, changes: faulty.changes, acknowledged }
}

async function compare(name: string, reference: HitStore, store: HitStore | undefined, note: Note): Promise<void> {
  if (store === undefined) return
  const [expected, actual] = [await describe(reference), await describe(store)]
  if (JSON.stringify(expected) === JSON.stringify(actual)) return
  const [lost, twice] = [expected.ids.filter((id) => !actual.ids.includes(id)), actual.ids.filter((id) => !expected.ids.includes(id))]
  note(lost.length > 0 ? 'lost' : 'twice', `${name}: lost ${lost.join()}, too many ${twice.join()}\n${JSON.stringify(expected)}\n${JSON.stringify(actual)}`)
}

async function describe(store: HitStore): Promise<{ ids: string[]; hits: object[]; result: object }> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
  const plain = hits.map((hit) => Object.fromEntries(Object.entries(hit).toSorted(([a], [b]) => (a < b ? -1 : 1))))
  return { ids: hits.map(({ id }) => id), hits: plain, result: await store.query(query) }
}

async function searchLeftOvers(name: string, { values }: FaultyStorage, note: Note): Promise<void> {
  const raw = await readRaw(values, true)
  for (const fault of raw.faults) note('serverErrors', `${name}: ${fault}`)
  for (const [key, text] of raw.texts) if (text.includes('person-zz')) note('twice', `${name}: ${key} names an erased person`)
}

/** A storage that hangs: so much is taken and no more, and when it goes on all of that is there. */
async function findOverload(open: OpenStore, note: Note): Promise<void> {
  const faulty = createFaultyStorage({ append: true })
  const store = await open({ storage: faulty.storage, durability: 'volatile', now: () => noon, maxWaitingHits: 50, onError: () => {} })
  const release = faulty.block()
  const taken: Promise<unknown>[] = []
  let refused = 0
  for (let number = 0; number < 500; number++) {
    const written = store.append([makeHit({ id: testId(1000 + number) })])
    taken.push(written)
    written.catch((error: unknown) => {
      if (error instanceof Error && error.name === StoreBusyError.name) refused++
      else note('serverErrors', `overload: ${String(error)}`)
    })
  }
  await new Promise(setImmediate)
  if (refused !== 450) note('serverErrors', `overload: ${refused} of 500 were refused, not 450`)
  release()
  await Promise.allSettled(taken)
  const { ids } = await describe(store)
  if (ids.length !== 50) note('lost', `overload: ${ids.length} of 50 are there`)
  await store.close()
}
