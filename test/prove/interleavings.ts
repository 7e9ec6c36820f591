import { Buffer } from 'node:buffer'
import type { Store, StorageProblem } from '@treadlight/store'
import { createFaultyStorage, type FaultyStorage } from '../store/faultyStorage.ts'
import { day, makeHit, minute, noon } from '../store/makeHit.ts'
import { createHeldStorage, type HeldStorage } from './heldStorage.ts'
import type { OpenStore } from './schedule.ts'

/** A race that chance meets too rarely: who goes when is fixed. */
export interface Interleaving {
  name: string
  /** Answers what went wrong. */
  play(open: OpenStore): Promise<string | undefined>
}

/** One process. */
interface Actor extends HeldStorage {
  store: Store
  problems: StorageProblem[]
}

/** Several processes on one storage, by one clock. */
interface Stage {
  time: number
  faulty: FaultyStorage
  /** @param ahead how far its clock is wrong, ms */
  enter(ahead?: number): Promise<Actor>
  /** What is wrong with what everybody and a newcomer say, if anything. */
  judge(actors: readonly Actor[], expected: number): Promise<string | undefined>
}

const hour = 60 * minute
const site = 'shop'

function createStage(open: OpenStore, append = true): Stage {
  const faulty = createFaultyStorage({ append })
  let nonces = 0
  const stage: Stage = {
    time: noon,
    faulty,
    async enter(ahead = 0) {
      const held = createHeldStorage(faulty.storage)
      const problems: StorageProblem[] = []
      const store = await open({
        storage: held.storage,
        durability: 'volatile',
        now: () => stage.time + ahead,
        refreshMs: 0,
        nonce: () => (++nonces).toString(16).padStart(12, '0'),
        onProblem: (problem) => void problems.push(problem),
      })
      return { ...held, store, problems }
    },
    async judge(actors, expected) {
      for (const [index, { store, problems }] of [...actors, await stage.enter()].entries()) {
        const ids: string[] = []
        for await (const { id } of store.hits({ site })) ids.push(id)
        if (ids.length !== expected) return `process ${index} lists ${ids.length} hits, not ${expected}`
        if (problems.length > 0) return `process ${index} reports ${JSON.stringify(problems)}`
      }
      return undefined
    },
  }
  return stage
}

/** Hits in a batch that nobody adds to any more. The day has not ended: only who is forced to compacts it. */
async function fill(stage: Stage, count: number): Promise<void> {
  const { store } = await stage.enter()
  for (let index = 0; index < count; index++) await store.append([makeHit()])
  await store.close()
  stage.time += 30 * minute
}

async function keepUp(stage: Stage, { store }: Actor, rounds: number, rest: number = 11 * minute): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    stage.time += rest
    await store.maintain()
  }
}

/** Begins a round of upkeep that is held up at a call. */
async function begin({ store, hold }: Actor, call: string, options: { when?: 'before' | 'after'; force?: boolean } = {}): Promise<{ release(): void; done: Promise<unknown> }> {
  const { reached, release } = hold(call, options.when)
  const done = store.maintain({ force: options.force ?? true })
  await reached
  return { release, done }
}

const writeManifest = `write ${site}:manifest:`

/** The limit of a commit is what spares everybody the sight of a manifest without its segments. */
export const sleptBeforeCommit: Interleaving = {
  name: 'a compaction sleeps before its manifest is written, and others sweep its segments',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, other] = [await stage.enter(), await stage.enter()]
    const { release, done } = await begin(slow, writeManifest)
    stage.time += 7 * hour
    await keepUp(stage, other, 3)
    release()
    await done
    await keepUp(stage, other, 3)
    return stage.judge([slow, other], 20)
  },
}

/** The same between two calls: it knows before it writes. */
export const sleptAfterSegments: Interleaving = {
  name: 'a compaction sleeps behind its last segment, and finds out before it writes a manifest',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, other] = [await stage.enter(), await stage.enter()]
    const { release, done } = await begin(slow, `write ${site}:segment:`, { when: 'after' })
    stage.time += 4 * hour
    const before = [...stage.faulty.values.keys()].find((key) => key.includes(':segment:'))
    const committing = slow.hold(writeManifest)
    release()
    await committing.reached
    if (before !== undefined && stage.faulty.values.has(before)) return 'it is about to name a segment that others may sweep'
    committing.release()
    await done
    await keepUp(stage, other, 3)
    return stage.judge([slow, other], 20)
  },
}

export const diedInCommit: Interleaving = {
  name: 'a compaction sleeps within the writing of its manifest, and is killed when that has happened',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, other] = [await stage.enter(), await stage.enter()]
    const { release } = await begin(slow, writeManifest)
    stage.time += 7 * hour
    await keepUp(stage, other, 3)
    const late = slow.hold(writeManifest, 'after')
    release()
    await late.reached
    const third = await stage.enter()
    await keepUp(stage, third, 3)
    for (const { problems } of [other, third]) problems.length = 0
    await third.store.maintain({ force: true })
    await keepUp(stage, third, 3)
    return stage.judge([other, third], 20)
  },
}

export const sweptUnderManifest: Interleaving = {
  name: 'a manifest comes hours late, at the moment in which its segments are swept',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, sweeper] = [await stage.enter(), await stage.enter()]
    const { release } = await begin(slow, writeManifest)
    stage.time += 7 * hour
    const sweeping = await begin(sweeper, `remove ${site}:segment:`, { force: false })
    const late = slow.hold(writeManifest, 'after')
    release()
    await late.reached
    const other = await stage.enter()
    await keepUp(stage, other, 1, minute)
    sweeping.release()
    await sweeping.done
    await keepUp(stage, other, 2)
    for (const { problems } of [sweeper, other]) problems.length = 0
    await other.store.maintain({ force: true })
    await keepUp(stage, other, 3)
    return stage.judge([sweeper, other], 20)
  },
}


export const prunedBesideDamage: Interleaving = {
  name: 'a pruning whose day could not be written anew, since a segment of it is damaged',
  async play(open) {
    const stage = createStage(open)
    const { store } = await stage.enter()
    await store.append([makeHit(), makeHit({ user: 'u1' })])
    stage.time += 3 * day
    await store.maintain()
    stage.time += 20 * day
    const { values } = stage.faulty
    const key = [...values.keys()].find((each) => each.endsWith('-user.parquet'))
    if (key === undefined) return 'there is no segment'
    const sound = values.get(key)!
    values.set(key, Buffer.from(sound.map((byte, index) => (index === 100 ? byte ^ 1 : byte))))
    const keeper = await stage.enter()
    await keeper.store.prune({ anonymous: 10 * day, authenticated: 10 * day })
    await keepUp(stage, keeper, 12, day)
    // From a backup.
    values.set(key, sound)
    return stage.judge([await stage.enter()], 0)
  },
}
