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
  enter(): Promise<Actor>
  /** What is wrong with what everybody and a newcomer say, if anything. */
  judge(actors: readonly Actor[], expected: number): Promise<string | undefined>
}

interface StageOptions {
  /** Whether the driver can. @default true */
  append?: boolean
  /** As of `StoreOptions`. */
  grace?: number
  /** How much time passes each time that somebody looks at the clock, ms. @default 0 */
  tick?: number
}

const hour = 60 * minute
const site = 'shop'

function createStage(open: OpenStore, { append = true, grace, tick = 0 }: StageOptions = {}): Stage {
  const faulty = createFaultyStorage({ append })
  let nonces = 0
  const stage: Stage = {
    time: noon,
    faulty,
    async enter() {
      const held = createHeldStorage(faulty.storage)
      const problems: StorageProblem[] = []
      const store = await open({
        storage: held.storage,
        durability: 'volatile',
        now: () => (stage.time += tick),
        refreshMs: 0,
        ...(grace !== undefined && { grace }),
        nonce: () => (++nonces).toString(16).padStart(12, '0'),
        onProblem: (problem) => void problems.push(problem),
      })
      return { ...held, store, problems }
    },
    async judge(actors, expected) {
      for (const [index, actor] of [...actors, await stage.enter()].entries()) {
        const { length } = await idsOf(actor)
        if (length !== expected) return `process ${index} lists ${length} hits, not ${expected}`
        if (actor.problems.length > 0) return `process ${index} reports ${JSON.stringify(actor.problems)}`
      }
      return undefined
    },
  }
  return stage
}

async function idsOf({ store }: Actor): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site })) ids.push(id)
  return ids
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

/** Lets a manifest be written, and kills its writer behind that. */
async function land({ hold }: Actor, release: () => void): Promise<void> {
  const { reached } = hold(writeManifest, 'after')
  release()
  await reached
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
    await land(slow, release)
    const third = await stage.enter()
    await keepUp(stage, third, 3)
    for (const { problems } of [other, third]) problems.length = 0
    await third.store.maintain({ force: true })
    await keepUp(stage, third, 3)
    return stage.judge([other, third], 20)
  },
}

export const sweptUnderManifest: Interleaving = {
  name: 'a manifest comes hours late, at the moment in which its segments are swept; who sweeps is killed',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, sweeper, other] = [await stage.enter(), await stage.enter(), await stage.enter()]
    const { release } = await begin(slow, writeManifest)
    stage.time += 7 * hour
    const sweeping = await begin(sweeper, `remove ${site}:segment:`, { force: false })
    await land(slow, release)
    await keepUp(stage, other, 1, minute)
    const removed = sweeper.hold(`remove ${site}:segment:`, 'after')
    sweeping.release()
    await removed.reached
    await keepUp(stage, other, 2)
    other.problems.length = 0
    await other.store.maintain({ force: true })
    await keepUp(stage, other, 3)
    return stage.judge([other], 20)
  },
}

/** The look whether the segments are there is what spares everybody the sight of a manifest without them. */
export const erasedBeforeCommit: Interleaving = {
  name: 'a compaction sleeps before its manifest is written, while somebody is erased who is in its segment',
  async play(open) {
    const stage = createStage(open)
    const { slow, release, done } = await eraseBeforeCommit(stage)
    const other = await stage.enter()
    await keepUp(stage, other, 1, minute)
    if ([...stage.faulty.values.keys()].some((key) => key.includes(':segment:'))) return 'the person is still in a segment'
    release()
    await done
    await keepUp(stage, other, 3)
    return stage.judge([slow, other], 20)
  },
}

export const erasedUnderManifest: Interleaving = {
  name: 'a manifest comes minutes late, at the moment in which its segment is swept for a person in it; who sweeps is killed',
  async play(open) {
    const stage = createStage(open)
    const { slow, release } = await eraseBeforeCommit(stage)
    const [sweeper, other] = [await stage.enter(), await stage.enter()]
    const sweeping = await begin(sweeper, `remove ${site}:segment:`, { force: false })
    const listing = await begin(other, `list ${site}:segment:`, { force: false })
    await land(slow, release)
    await idsOf(other)
    listing.release()
    await listing.done
    const removed = sweeper.hold(`remove ${site}:segment:`, 'after')
    sweeping.release()
    await removed.reached
    await keepUp(stage, other, 3)
    other.problems.length = 0
    await keepUp(stage, other, 3)
    return stage.judge([other], 20)
  },
}

/** A process is held up before its manifest, of hits that it has taken itself, and one of them is erased. */
async function eraseBeforeCommit(stage: Stage): Promise<{ slow: Actor; release(): void; done: Promise<unknown> }> {
  const [slow, eraser] = [await stage.enter(), await stage.enter()]
  for (let index = 0; index < 20; index++) await slow.store.append([makeHit()])
  await slow.store.append([makeHit({ visitor: 'ada' })])
  const held = await begin(slow, writeManifest)
  stage.time += 12 * minute
  await eraser.store.erase({ site, visitor: 'ada' })
  return { slow, ...held }
}

export const sweptAndNamed: Interleaving = {
  name: 'a manifest comes hours late, at the moment in which its segments are swept, and a newcomer deletes its batches at once',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [slow, sweeper] = [await stage.enter(), await stage.enter()]
    const { release } = await begin(slow, writeManifest)
    stage.time += 7 * hour
    const sweeping = await begin(sweeper, `remove ${site}:segment:`, { force: false })
    await land(slow, release)
    const newcomer = await stage.enter()
    await newcomer.store.maintain()
    sweeping.release()
    await sweeping.done
    await keepUp(stage, sweeper, 2)
    return stage.judge([sweeper, newcomer], 20)
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

export const gatheredByHalf: Interleaving = {
  name: 'whoever gathers batches is killed in the midst of writing the value, on a driver that shows half of it',
  async play(open) {
    const stage = createStage(open, { append: false })
    const [writer, other] = [await stage.enter(), await stage.enter()]
    for (let index = 0; index < 70; index++) await writer.store.append([makeHit()])
    await begin(writer, `write ${site}:batch:`, { when: 'after', force: false })
    const { values } = stage.faulty
    const key = [...values.keys()].find((each) => each.includes('.'))
    if (key === undefined) return 'nothing was gathered'
    values.set(key, values.get(key)!.subarray(0, values.get(key)!.length >> 1))
    await keepUp(stage, other, 3)
    const count = (await idsOf(await stage.enter())).length
    return count === 70 ? undefined : `${count} hits are left, not 70`
  },
}

export const overtakenReader: Interleaving = {
  name: 'a reader is overtaken between its first two listings: by a compaction, and by the deletion of the batches',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const [reader, other] = [await stage.enter(), await stage.enter()]
    const { reached, release } = reader.hold(`list ${site}:`, 'after')
    const listing = idsOf(reader)
    await reached
    await other.store.maintain({ force: true })
    await keepUp(stage, other, 2)
    release()
    const count = (await listing).length
    return count === 20 ? stage.judge([other], 20) : `the reader lists ${count} hits, not 20`
  },
}

export const deletedUnderReader: Interleaving = {
  name: 'a reader is overtaken between its listings and what it reads of them: by a compaction, and by the deletion of the batches',
  async play(open) {
    const stage = createStage(open)
    const reader = await stage.enter()
    await fill(stage, 20)
    const { reached, release } = reader.hold(`read ${site}:batch:`)
    const listing = idsOf(reader)
    await reached
    const other = await stage.enter()
    await other.store.maintain({ force: true })
    await keepUp(stage, other, 2)
    release()
    const count = (await listing).length
    return count === 20 ? stage.judge([reader, other], 20) : `the reader lists ${count} hits, not 20`
  },
}

export const erasedThenTold: Interleaving = {
  name: 'a hit of an erased person comes late and is compacted away, and then another origin tells of it without the name',
  async play(open) {
    const stage = createStage(open)
    const actor = await stage.enter()
    const hit = makeHit({ origin: 'server', user: 'ada' })
    await actor.store.append([makeHit()])
    await actor.store.erase({ site, user: 'ada' })
    await actor.store.append([hit])
    stage.time += 30 * minute
    await actor.store.maintain({ force: true })
    await actor.store.append([{ ...hit, origin: 'browser', user: '' }])
    return stage.judge([actor], 1)
  },
}

export const replacedUnderReader: Interleaving = {
  name: 'a segment is replaced, and deleted, between the listing of the manifests and its reading',
  async play(open) {
    const stage = createStage(open)
    await fill(stage, 20)
    const other = await stage.enter()
    await other.store.append([makeHit({ session: 'ada' })])
    await other.store.maintain({ force: true })
    const reader = await stage.enter()
    const { reached, release } = reader.hold(`read ${site}:segment:`)
    const listing = idsOf(reader)
    await reached
    await other.store.erase({ site, session: 'ada' })
    await other.store.append([makeHit()])
    await keepUp(stage, other, 1)
    await other.store.maintain({ force: true })
    await keepUp(stage, other, 3)
    release()
    const count = (await listing).length
    return count >= 20 ? stage.judge([reader, other], 21) : `the reader lists ${count} hits, not 20`
  },
}

export const deletedBeforeDurable: Interleaving = {
  name: 'whoever compacts is killed while its manifest is being written, without a grace time',
  async play(open) {
    const stage = createStage(open, { grace: 0, tick: 1 })
    await fill(stage, 20)
    const slow = await stage.enter()
    await begin(slow, writeManifest)
    // A store that waits for nothing has time for all it wants to do.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return stage.judge([], 20)
  },
}
