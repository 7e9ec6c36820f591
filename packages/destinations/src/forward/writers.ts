import type { OutboxValues } from './valuesOutbox.ts'

export interface WritersOptions {
  values: OutboxValues
  /** How long a process may give no sign of life before another sends what it has left, ms. @default 150_000 */
  takeOverAfter?: number
  /** For how long what was written is remembered, ms. @default 600_000 */
  keepFor?: number
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** 12 random hex digits. */
  nonce?: () => string
}

/** A process that is no more. */
export interface GoneWriter {
  name: string
  /** By its own clock, ms since 1970: until then it has put into the outbox what was stored. */
  until: number
}

/** What one look at the other processes has shown. */
interface Look {
  /** Whether it falls to this process to send what the gone have left: to the one of the living that has lived longest. */
  isHeir: boolean
  /** Of those that did not end as they should. */
  gone: GoneWriter[]
  /** Whose parcels are theirs to send: the living. */
  alive: ReadonlySet<string>
}

/**
 * The processes that share an outbox. Each sends what it has written itself, and gives signs of life; what those have left that give
 * none any more goes to one heir. There are no locks: while processes disagree about who lives, as one that was held up for minutes
 * does, both send, and the destination gets a hit twice, with one id.
 *
 * A sign of life is a value `forwarding:writer:{writer}.{ms since 1970, hex}{number, hex}` that names the hits written since the last;
 * with `-end` behind it the last of a process that has ended as it should.
 */
export interface Writers {
  /** Begins with when the process began, so the oldest sorts first. */
  readonly own: string
  /** Gives a sign of life. @param ids of hits that are in the outbox now and were not named before */
  beat(ids: readonly string[]): Promise<void>
  look(): Promise<Look>
  /** The ids that all signs name, for as long as they are kept. */
  writtenIds(): Promise<Set<string>>
  /** Forgets those that live no more, once nobody asks for their ids. For the heir, when it has seen to what they left. */
  tidy(): Promise<void>
  /** From now on others may send what is left. */
  close(): Promise<void>
}

interface Sign {
  key: string
  writer: string
  time: number
  isEnd: boolean
}

const signPattern = /^forwarding:writer:([0-9a-f]{24})\.([0-9a-f]{12})[0-9a-f]{6}(-end)?$/

export function createWriters({ values, takeOverAfter = 150_000, keepFor = 600_000, now = Date.now, nonce = randomHex }: WritersOptions): Writers {
  const own = hex(now(), 12) + nonce()
  /** What the newest sign of each was, and since when it has been, by this process's clock alone. */
  const newest = new Map<string, { key: string; since: number }>()
  /** What this process has given and not taken back, the oldest first. */
  const given: { key: string; time: number }[] = []
  let number = 0
  let alive: ReadonlySet<string> = new Set([own])

  async function signs(): Promise<Sign[]> {
    return (await values.list('forwarding:writer:')).toSorted().flatMap((key) => {
      const [, writer, time, end] = signPattern.exec(key) ?? []
      return writer === undefined ? [] : [{ key, writer, time: Number.parseInt(time!, 16), isEnd: end !== undefined }]
    })
  }

  function isSilent({ writer, key }: Sign): boolean {
    const known = newest.get(writer)
    if (known?.key === key) return Math.abs(now() - known.since) >= takeOverAfter
    newest.set(writer, { key, since: now() })
    return false
  }

  return {
    own,
    async beat(ids) {
      const time = now()
      const key = `forwarding:writer:${own}.${hex(time, 12)}${hex(number++ % 0x100_0000, 6)}`
      await values.create(key, ids.join('\n'))
      given.push({ key, time })
      while (given.length > 1 && time - given[0]!.time > keepFor) await values.remove(given.shift()!.key)
    },
    async look() {
      const latest = new Map<string, Sign>()
      for (const sign of await signs()) latest.set(sign.writer, sign)
      for (const writer of newest.keys()) if (!latest.has(writer)) newest.delete(writer)
      const others = [...latest.values()].filter(({ writer }) => writer !== own)
      const ended = others.filter(({ isEnd }) => isEnd)
      const gone = others.filter((sign) => !sign.isEnd && isSilent(sign))
      const dead = new Set([...ended, ...gone].map(({ writer }) => writer))
      alive = new Set([own, ...[...latest.keys()].filter((writer) => !dead.has(writer))])
      return { isHeir: [...alive].toSorted()[0] === own, gone: gone.map(({ writer, time }) => ({ name: writer, until: time })), alive }
    },
    async writtenIds() {
      const ids = new Set<string>()
      for (const { key } of await signs()) for (const id of new TextDecoder().decode(await values.read(key)).split('\n')) ids.add(id)
      return ids
    },
    async tidy() {
      for (const { key, writer, time } of await signs()) if (!alive.has(writer) && now() - time > keepFor) await values.remove(key)
    },
    async close() {
      await values.create(`forwarding:writer:${own}.${hex(now(), 12)}${hex(number++ % 0x100_0000, 6)}-end`, '')
    },
  }
}

function hex(number: number, digits: number): string {
  return Math.floor(number).toString(16).padStart(digits, '0')
}

function randomHex(): string {
  return hex(Math.random() * 2 ** 48, 12)
}
