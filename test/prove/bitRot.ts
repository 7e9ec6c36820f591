import { Buffer } from 'node:buffer'
import type { Store, StoredHit } from '@treadlight/store'
import { createFaultyStorage, type FaultyStorage } from '../store/faultyStorage.ts'
import { day, makeHit, minute, noon, testId } from '../store/makeHit.ts'
import { seededRandom } from './random.ts'
import type { OpenStore } from './schedule.ts'

type Note = (kind: 'lost' | 'twice' | 'serverErrors', text: string) => void

const site = 'shop'
const damagesPerValue = 6
/** Where the length of a value's first frame has its fifth digit: with its lowest bit set, the frame ends behind the value. */
const lengthDigit = 'treadlight 1 '.length + 4
/** When the damage is found, ms since 1970. */
const later: number = noon + 110 * minute

/**
 * Flips bits of, and cuts, every value of a small store, and flips one in the length of each batch. What is damaged is reported, and nothing else is missing; upkeep
 * does not take it for read.
 */
export async function findRot(seed: number, open: OpenStore, note: Note): Promise<{ runs: number; hits: number }> {
  const random = seededRandom(seed)
  let runs = 0
  let hits = 0
  for (const append of [true, false]) {
    const sound = await fill(append, open)
    for (const key of sound.keys()) {
      for (let count = 0; count < damagesPerValue; count++) {
        hits += await judge({ sound, key, cut: count % 3 === 2, append, random }, open, note)
        runs++
      }
      if (!key.includes(':batch:')) continue
      hits += await judge({ sound, key, at: lengthDigit, append, random }, open, note)
      runs++
    }
  }
  return { runs, hits }
}

/** Batches of several frames and of one, segments of two days, manifests, a link, an erasure, a pruning. */
async function fill(append: boolean, open: OpenStore): Promise<ReadonlyMap<string, Buffer>> {
  const faulty = createFaultyStorage({ append })
  let time = noon
  const store = await openAt(faulty, () => time, open)
  const hit = (number: number, fields: Partial<StoredHit>) => makeHit({ id: testId(number), ...fields })
  await store.append([hit(1, {}), hit(2, { time: noon - 3 * day, user: 'u2' }), hit(3, { time: noon - 3 * day }), hit(4, { visitor: 'gone' })])
  await store.append([hit(5, { time: noon - 6 * day })])
  // Twice, so that the batches are gone and the segments hold the only copy.
  for (let round = 0; round < 2; round++) {
    time += 40 * minute
    await store.maintain({ force: true })
  }
  await store.identify({ site, session: 's6', user: 'u6', time })
  await store.erase({ site, visitor: 'gone' })
  await store.prune({ anonymous: 5 * day, authenticated: 9 * day })
  await store.append([hit(6, { session: 's6', time })])
  await store.append([hit(7, { time: noon - 3 * day }), hit(8, { time })])
  await store.append([hit(9, { time })])
  await store.close()
  return faulty.values
}

function openAt({ storage }: FaultyStorage, now: () => number, open: OpenStore): Promise<Store> {
  let nonces = 0
  return open({ storage, durability: 'volatile', now, refreshMs: 0, nonce: () => (++nonces).toString(16).padStart(12, '0'), onError: () => {} })
}

interface Damage {
  sound: ReadonlyMap<string, Buffer>
  key: string
  /** Whether the end is missing, instead of a bit that has flipped. @default false */
  cut?: boolean
  /** Which byte has changed, in its lowest bit; any in any by default. */
  at?: number
  append: boolean
  random: () => number
}

async function judge({ sound, key, cut = false, at: fixed, append, random }: Damage, open: OpenStore, note: Note): Promise<number> {
  const expected = await list(sound, append, open)
  const value = Buffer.from(sound.get(key)!)
  const at = fixed ?? Math.floor(random() * value.length)
  if (!cut) value[at]! ^= fixed === undefined ? 1 << Math.floor(random() * 8) : 1
  const damaged = cut ? value.subarray(0, at) : value
  const name = `${key} ${cut ? 'cut to' : 'flipped at'} ${at} of ${value.length}`
  const faulty = createFaultyStorage({ append })
  for (const [each, bytes] of sound) faulty.values.set(each, each === key ? damaged : bytes)
  let time = later
  const store = await openAt(faulty, () => time, open).catch((error: unknown) => note('serverErrors', `${name}: ${String(error)}`))
  if (store === undefined) return 0
  const before = await listHits(store)
  const isReported = () => store.problems.some((problem) => problem.key === key)
  const isSame = (ids: readonly string[]) => ids.join() === expected.join()
  // A manifest that is short was never finished, as far as anybody can tell: then the batches are still there.
  if (!isSame(before) && !isReported()) note('lost', `${name}: counts ${before.length}, not ${expected.length}, and reports nothing`)
  for (let round = 0; round < 4; round++) {
    // Long enough for what nobody can name any more to be found.
    time += 200 * minute
    await store.maintain({ force: true }).catch((error: unknown) => note('serverErrors', `${name}: upkeep: ${String(error)}`))
  }
  const after = await listHits(store)
  const gone = before.filter((id) => !after.includes(id))
  if (gone.length > 0) note('lost', `${name}: upkeep has lost ${gone.join()}`)
  // What a damaged manifest named may be found again; what was erased or pruned may not.
  const back = isMark(key) && isReported() ? [] : after.filter((id) => !expected.includes(id))
  if (back.length > 0) note('twice', `${name}: upkeep has brought ${back.join()}`)
  const isKept = faulty.values.get(key)?.equals(damaged) === true
  // A batch that is cut off at its end is what a crash leaves of hits that nobody was promised.
  const isOnlyTorn = cut && key.includes(':batch:') && store.problems.every((problem) => problem.reason === 'torn')
  if (!isSame(before) && !isSame(after) && !isKept && !isOnlyTorn) note('lost', `${name}: what was damaged is deleted as if it had been read`)
  await store.close()
  return expected.length
}

/** Without the mark nobody knows what it hid: it has to be reported, and mended from a backup. */
function isMark(key: string): boolean {
  return /:(?:erasure|pruning):/.test(key)
}

async function list(values: ReadonlyMap<string, Buffer>, append: boolean, open: OpenStore): Promise<string[]> {
  const faulty = createFaultyStorage({ append })
  for (const [key, bytes] of values) faulty.values.set(key, bytes)
  const store = await openAt(faulty, () => later, open)
  return listHits(store)
}

async function listHits(store: Store): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site, order: 'oldest' })) ids.push(id)
  return ids
}
