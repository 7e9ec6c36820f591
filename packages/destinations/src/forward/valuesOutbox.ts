import type { ForwardedHit } from '../destination.ts'
import { mostDeadLetters, type DeadLetter, type Outbox, type Parcel } from './outbox.ts'

/** Small values that are written once, as `createValues` of @treadlight/store has them. */
export interface OutboxValues {
  create(key: string, value: string): Promise<boolean>
  read(key: string): Promise<Uint8Array | undefined>
  list(prefix: string): Promise<string[]>
  remove(key: string): Promise<void>
}

export interface ValuesOutboxOptions {
  values: OutboxValues
  /** This process, and no other ever: `[0-9a-f]+`. */
  writer: string
  /** ms since 1970. @default Date.now */
  now?: () => number
}

/** Hits that a destination does not have. */
interface WaitingCount {
  waiting: number
  /** Dead letters. */
  dead: number
}

export interface ValuesOutbox extends Outbox {
  /** Everything that waits, whoever has written it, the oldest first; with who that was. */
  list(): Promise<(Parcel & { writer: string })[]>
  /**
   * Takes hits out of everything that waits or is dead, whoever has written it. What is being sent at this moment is sent.
   * @returns how many
   */
  erase(site: string, isMeant: (hit: ForwardedHit) => boolean): Promise<number>
  /**
   * Lets what was given up wait again, as if this process had just written it. Whoever does it at the same time, and a crash, may have
   * something sent twice, with the same id.
   * @returns what waits now
   */
  revive(destination: string): Promise<Parcel[]>
  /** Removes what was given up. @returns how many hits */
  discardDead(destination: string): Promise<number>
  /** How many hits wait for each destination, and are dead there: of all destinations that have any, by name. */
  count(site: string, isMeant: (hit: ForwardedHit) => boolean): Promise<Map<string, WaitingCount>>
  /** Removes what waits for nobody any more, and is older than `age` ms; dead letters too. */
  sweep(isWanted: (destination: string) => boolean, age: number): Promise<void>
}

/**
 * `forwarding:waiting:{destination}:{ms since 1970 and number, hex}-{writer}-{hits}.{site}` what waits, `forwarding:dead:…` what was given
 * up: a hit, or a dead letter, on each line. Each value is written once and removed as a whole. In one place for all sites, so that one
 * listing finds them.
 */
const keyPattern = /^forwarding:(waiting|dead):([a-z0-9-]{1,40}):([0-9a-f]{18})-([0-9a-f]+)-(\d+)\.([a-z0-9_-]{1,64})$/


interface OutboxKey extends Parcel {
  kind: 'waiting' | 'dead'
  /** When it was written, ms since 1970. */
  time: number
  writer: string
}

/** What of a storage's keys is an outbox's; undefined for any other. */
export function parseOutboxKey(key: string): OutboxKey | undefined {
  const [, kind, destination, stamp, writer, hits, site] = keyPattern.exec(key) ?? []
  if (site === undefined || destination === undefined || stamp === undefined || writer === undefined) return undefined
  return { key, site, kind: kind as OutboxKey['kind'], destination, time: Number.parseInt(stamp.slice(0, 12), 16), writer, hits: Number(hits) }
}

/**
 * Keeps what waits in a storage that several processes may share. Who sends what is not settled here: see `createWriters`.
 *
 * @example
 * const outbox = createValuesOutbox({ values: createValues(storage), writer: '0f3a' })
 */
export function createValuesOutbox({ values, writer, now = Date.now }: ValuesOutboxOptions): ValuesOutbox {
  let number = 0

  /** Two of one millisecond are told apart by their number, which starts anew after 16 million. */
  function keyOf(kind: OutboxKey['kind'], site: string, destination: string, hits: number): string {
    const stamp = Math.floor(now()).toString(16).padStart(12, '0') + (number++ % 0x100_0000).toString(16).padStart(6, '0')
    return `forwarding:${kind}:${destination}:${stamp}-${writer}-${hits}.${site}`
  }

  async function write(kind: OutboxKey['kind'], site: string, destination: string, lines: readonly object[]): Promise<string> {
    const key = keyOf(kind, site, destination, lines.length)
    if (!(await values.create(key, writeLines(lines)))) throw new Error(`[treadlight destinations] ${key} is there already: two processes have one name, or the clock was set back`)
    return key
  }

  async function list(prefix: string): Promise<OutboxKey[]> {
    const parsed = (await values.list(`forwarding:${prefix}`)).map(parseOutboxKey).filter((key) => key !== undefined)
    return parsed.toSorted((a, b) => (tailOf(a) < tailOf(b) ? -1 : 1))
  }

  const listDead = (destination: string): Promise<OutboxKey[]> => list(`dead:${destination}:`)

  async function readDead({ key }: OutboxKey): Promise<DeadLetter[]> {
    return readLines<DeadLetter>(await values.read(key)) ?? []
  }

  async function eraseFrom(from: OutboxKey, isMeant: (hit: ForwardedHit) => boolean): Promise<number> {
    const lines = readLines<ForwardedHit | DeadLetter>(await values.read(from.key)) ?? []
    const kept = lines.filter((line) => !isMeant('hit' in line ? line.hit : line))
    if (kept.length === lines.length) return 0
    const key = rewrittenKey(from, kept)
    const isWritten = kept.length === 0 || (await values.create(key, writeLines(kept)))
    await values.remove(from.key)
    const erased = lines.length - kept.length
    // Somebody else takes another person out of it at this moment.
    return isWritten ? erased : erased + (await eraseFrom({ ...from, key }, isMeant))
  }

  return {
    async write(destination, hits) {
      const { site } = hits[0]!
      return { key: await write('waiting', site, destination, hits), destination, site, hits: hits.length }
    },
    read: async ({ key }) => readLines<ForwardedHit>(await values.read(key)),
    remove: ({ key }) => values.remove(key),
    async bury(destination, letters) {
      for (const [site, its] of groupBySite(letters)) await write('dead', site, destination, its)
      const kept = await listDead(destination)
      let excess = kept.reduce((sum, { hits }) => sum + hits, 0) - mostDeadLetters
      for (const { key, hits } of kept) {
        // Whole values go, so a few less may stay.
        if (excess <= 0 || kept.length === 1) return
        excess -= hits
        await values.remove(key)
      }
    },
    async deadLetters(destination, most) {
      const letters: DeadLetter[] = []
      for (const key of (await listDead(destination)).toReversed()) {
        if (letters.length >= most) break
        letters.push(...(await readDead(key)).toReversed())
      }
      return letters.slice(0, most)
    },
    countDead: async (destination) => (await listDead(destination)).reduce((sum, { hits }) => sum + hits, 0),
    list: () => list('waiting:'),
    async erase(site, isMeant) {
      let erased = 0
      // Until nothing of them is found: where a driver overwrites, who takes another out at this moment may have put them back.
      for (let last = -1; last !== erased; ) {
        last = erased
        for (const key of await list('')) if (key.site === site) erased += await eraseFrom(key, isMeant)
      }
      return erased
    },
    async revive(destination) {
      const parcels: Parcel[] = []
      for (const dead of await listDead(destination)) {
        const letters = await readDead(dead)
        // First, so that a crash leaves it in both places instead of in none.
        if (letters.length > 0) parcels.push({ key: await write('waiting', dead.site, destination, letters.map(({ hit }) => hit)), destination, site: dead.site, hits: letters.length })
        await values.remove(dead.key)
      }
      return parcels
    },
    async discardDead(destination) {
      const dead = await listDead(destination)
      for (const { key } of dead) await values.remove(key)
      return dead.reduce((sum, { hits }) => sum + hits, 0)
    },
    async count(site, isMeant) {
      const counts = new Map<string, WaitingCount>()
      for (const { key, kind, destination, site: its } of await list('')) {
        if (its !== site) continue
        const meant = (readLines<ForwardedHit | DeadLetter>(await values.read(key)) ?? []).filter((line) => isMeant('hit' in line ? line.hit : line)).length
        const sum = counts.get(destination) ?? { waiting: 0, dead: 0 }
        if (meant > 0) counts.set(destination, { ...sum, [kind]: sum[kind] + meant })
      }
      return counts
    },
    async sweep(isWanted, age) {
      for (const { key, destination, time, kind } of await list('')) {
        const isOld = Math.abs(now() - time) > age
        if (isOld && (kind === 'dead' || !isWanted(destination))) await values.remove(key)
      }
    },
  }
}


/** In its place, with fewer hits: the same key for whoever takes the same out, so that what two do at once is sent once. */
function rewrittenKey({ key }: OutboxKey, kept: readonly object[]): string {
  return key.replace(/\d+(\.[^.]+)$/, `${kept.length}$1`)
}

/** Of a key what sorts by time. */
function tailOf({ key }: OutboxKey): string {
  return key.slice(key.lastIndexOf(':') + 1)
}

function groupBySite(letters: readonly DeadLetter[]): Map<string, DeadLetter[]> {
  const bySite = new Map<string, DeadLetter[]>()
  for (const letter of letters) bySite.set(letter.hit.site, [...(bySite.get(letter.hit.site) ?? []), letter])
  return bySite
}

function writeLines(lines: readonly object[]): string {
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

function readLines<T>(bytes: Uint8Array | undefined): T[] | undefined {
  if (bytes === undefined) return undefined
  return new TextDecoder().decode(bytes).split('\n').map((line) => JSON.parse(line) as T)
}
