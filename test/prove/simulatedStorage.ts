import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createStorage, type Driver, type Storage } from 'unstorage'
import { seededRandom } from './random.ts'

/**
 * What the simulated driver promises. `append`: our fs, whose appends may be cut off and whose other writes are atomic
 * and never overwrite. `exclusive`: SQL, Redis, S3 with conditions. `overwriting`: KV. `tearing`: unstorage's own fs,
 * where a reader sees half a value while it is written, and a crash leaves it.
 */
export type StorageKind = 'append' | 'exclusive' | 'overwriting' | 'tearing' | 'tearing append'

export interface WorldOptions {
  seed: number
  kind: StorageKind
  /** How likely a write is to go wrong; a read is a quarter as likely. */
  faults: number
  /** Whether a listing comes in pages, between which others go on. */
  paged: boolean
  /** How long a listing may lack a new key and show a removed one, ms. */
  lag: number
  /** Whether processes may be held up for hours, also within a call, and clocks be set. */
  pauses: boolean
  /** ms since 1970. */
  start: number
}

/** One simulated process: what it does with its storage ends when it is killed. */
export interface SimulatedProcess {
  readonly name: string
  readonly storage: Storage
  /** Its clock: the world's, a little off. */
  now(): number
  /** Sets its clock. @param skew how far it is off from now on, ms */
  setClock(skew: number): void
  /** Nothing of what it does goes on for so long, ms, wherever it is: a laptop that sleeps. */
  suspend(ms: number): void
  readonly suspended: boolean
  /** 12 hex digits. */
  nonce(): string
  readonly alive: boolean
  /** Whether it waits for a call. */
  readonly busy: boolean
  /** Its calls never return; what it was writing is written, cut off, or not written at all. */
  kill(): void
}

/** Storage, clock and scheduler of a simulation: nothing happens but by `progress`, and everything follows from the seed. */
export interface World {
  readonly values: ReadonlyMap<string, Buffer>
  /** ms since 1970. */
  readonly time: number
  readonly lag: number
  readonly random: () => number
  /** Calls that may go on. */
  readonly waiting: number
  readonly counts: Readonly<Record<Count, number>>
  /** Rules that a driver call itself has broken. */
  readonly violations: readonly string[]
  /** @param onList told when the process begins to list a prefix */
  createProcess(name: string, skew: number, onList: (prefix: string) => void): SimulatedProcess
  /** Lets one call of one process go one step further. */
  progress(): void
  /** Lets the clock run; a call that would take too long by then is finished first. */
  advance(ms: number): void
  /** From here on nothing goes wrong and every call returns at once. */
  calm(): void
  note(line: string): void
  readonly lines: readonly string[]
  hash(): string
}

type Count = 'calls' | 'faults' | 'torn' | 'late' | 'hung' | 'crashes' | 'pauses'

/** Yields where others may go on, and whether it ever will itself. */
type Steps<T = unknown> = Generator<'hung' | undefined, T, void>
type Fault = 'before' | 'after' | 'torn' | 'late' | 'hang'

interface Call {
  process: string
  label: string
  started: number
  steps: Steps
  /** What it would write; null for calls that only read. */
  write: Write | null
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface Write {
  apply(): void
  /** Leaves the beginning; undefined where the driver never does. */
  tear: (() => void) | undefined
  /** Whether it may still happen when it was reported to have failed. */
  mayBeLate: boolean
}

/** No call takes longer, ms: drivers have time limits, and a store's `settle` and `grace` are set by them. */
const maxCall: number = 4 * 60_000
/** Clocks are off by at most this, ms. */
export const maxSkew = 90_000

export function createWorld({ seed, kind, faults, paged, lag, pauses, start }: WorldOptions): World {
  const random = seededRandom(seed)
  const values = new Map<string, Buffer>()
  /** When listings begin and cease to show a key, where they lag. */
  const listed = new Map<string, { from: number; until: number }>()
  const calls = new Set<Call>()
  /** Writes that nobody waits for any more, and when they arrive. */
  let ghosts: { at: number; label: string; apply: () => void }[] = []
  const speeds = new Map<string, number>()
  /** Until when processes are suspended, ms since 1970. */
  const asleep = new Map<string, number>()
  const failedKeys = new Set<string>()
  const violations: string[] = []
  const counts: Record<Count, number> = { calls: 0, faults: 0, torn: 0, late: 0, hung: 0, crashes: 0, pauses: 0 }
  const lines: string[] = []
  const digest = createHash('sha256')
  const tears = kind === 'tearing' || kind === 'tearing append'
  const exclusive = kind === 'append' || kind === 'exclusive'
  let time = start
  let calm = false

  function note(line: string): void {
    const text = `${((time - start) / 1000).toFixed(1)}s ${line}`
    lines.push(text)
    digest.update(text)
  }

  const chance = (probability: number) => random() < probability
  const below = (limit: number) => Math.floor(random() * limit)

  function put(key: string, value: Buffer): void {
    if (!values.has(key) && lag > 0) listed.set(key, { from: time + below(lag), until: Infinity })
    values.set(key, value)
  }

  function remove(key: string): void {
    values.delete(key)
    const entry = listed.get(key)
    if (entry !== undefined) entry.until = time + below(lag)
  }

  function isListed(key: string): boolean {
    const entry = listed.get(key)
    if (entry === undefined) return values.has(key)
    return calm ? values.has(key) : entry.from <= time && time < entry.until
  }

  /** Values are written once: what is there may only be the beginning of what comes. */
  function set(key: string, value: Buffer): void {
    const known = values.get(key)
    if (known !== undefined && exclusive) throw Object.assign(new Error(`${key} exists`), { code: 'EEXIST' })
    if (known !== undefined && !value.subarray(0, known.length).equals(known)) violations.push(`${key} was overwritten`)
    put(key, value)
  }

  function pickFault(write?: Write): Fault | undefined {
    if (calm || !chance(write === undefined ? faults / 4 : faults)) return undefined
    const kinds: Fault[] = ['before', 'after', 'hang']
    if (write?.mayBeLate === true) kinds.push('late')
    if (write?.tear !== undefined) kinds.push('torn', 'torn')
    return kinds[below(kinds.length)]
  }

  function fail(label: string, fault: Fault): Error {
    counts.faults++
    note(`  ${label}: ${fault === 'late' ? 'fails, and arrives later' : `fails (${fault})`}`)
    return Object.assign(new Error(`EIO: ${label}`), { code: 'EIO' })
  }

  function* read<T>(label: string, get: () => T): Steps<T> {
    const fault = pickFault()
    if (fault === 'hang') yield* hang(label)
    if (fault === 'before' || fault === 'after') throw fail(label, fault)
    return get()
  }

  /** Never goes on: whoever waits for it has to be killed. */
  function* hang(label: string): Steps<never> {
    counts.hung++
    note(`  ${label}: hangs`)
    while (true) yield 'hung'
  }

  /** A listing is made of pages, between which others go on; a key may come twice. */
  function* list(prefix: string): Steps<string[]> {
    const found: string[] = []
    const size = paged ? 1 + below(12) : Infinity
    for (let after = ''; ; ) {
      const keys = [...new Set([...values.keys(), ...listed.keys()])].filter((key) => key.startsWith(prefix) && key > after && isListed(key))
      const page = keys.toSorted().slice(0, size)
      found.push(...page)
      if (page.length < size) break
      after = page.at(-1) ?? after
      if (!calm) yield undefined
    }
    return found.flatMap((key) => (chance(0.05) ? [key, key] : [key]))
  }

  function* change(label: string, key: string, write: Write): Steps<void> {
    const fault = pickFault(write)
    if (fault !== undefined) failedKeys.add(key)
    if (fault === 'before') throw fail(label, fault)
    if (fault === 'late') {
      haunt(label, write.apply)
      throw fail(label, fault)
    }
    if (fault === 'hang') {
      abandon(label, write)
      yield* hang(label)
    }
    if (write.tear !== undefined && (tears || fault === 'torn')) {
      write.tear()
      if (fault === 'torn') {
        counts.torn++
        throw fail(label, fault)
      }
      if (!calm) yield undefined
    }
    write.apply()
    // What has happened may be heard of much later.
    if (pauses && !calm && chance(0.2)) yield undefined
    if (fault === 'after') throw fail(label, fault)
  }

  /** What becomes of a write whose process does not see its end. */
  function abandon(label: string, { apply, tear, mayBeLate }: Write): void {
    const fate = random()
    if (fate < 0.3) return note(`  ${label}: never happens`)
    if (fate < 0.5 && mayBeLate) return haunt(label, apply)
    if (fate < 0.75 && tear !== undefined) {
      counts.torn++
      note(`  ${label}: is cut off`)
      return tear()
    }
    note(`  ${label}: happens`)
    attempt(apply)
  }

  function haunt(label: string, apply: () => void): void {
    counts.late++
    ghosts.push({ at: time + below(maxCall), label, apply })
  }

  function begin(process: string, label: string, steps: Steps, write: Write | null): Promise<unknown> {
    counts.calls++
    return new Promise((resolve, reject) => {
      const call: Call = { process, label, started: time, steps, write, resolve, reject }
      calls.add(call)
      // Even then not before the caller waits for it.
      if (calm) step(call)
    })
  }

  function step(call: Call): void {
    try {
      const { done, value } = call.steps.next()
      if (value === 'hung') calls.delete(call)
      if (done !== true) return
      calls.delete(call)
      note(`  ${call.label}${describe(value)}`)
      call.resolve(value)
    } catch (error) {
      calls.delete(call)
      call.reject(error)
    }
  }

  /** Slow processes are overtaken again and again: that is where races are. */
  function pick(): Call | undefined {
    if (chance(0.008)) for (const name of speeds.keys()) speeds.set(name, chance(0.3) ? 0.01 : 0.2 + random())
    const open = awake()
    const weights = open.map(({ process }) => speeds.get(process) ?? 1)
    let at = random() * weights.reduce((sum, weight) => sum + weight, 0)
    return open.find((_, index) => (at -= weights[index]!) <= 0)
  }

  function awake(): Call[] {
    return asleep.size === 0 ? [...calls] : [...calls].filter(({ process }) => !asleep.has(process))
  }

  /** Whoever wakes takes it that no time has passed. */
  function wake(): void {
    for (const [name, until] of asleep) {
      if (until > time) continue
      asleep.delete(name)
      note(`${name} wakes`)
      for (const call of calls) if (call.process === name) call.started = time
    }
  }

  function arrive(): void {
    const due = ghosts.filter(({ at }) => at <= time)
    ghosts = ghosts.filter((ghost) => !due.includes(ghost))
    for (const { label, apply } of due) {
      note(`  ${label}: arrives late`)
      attempt(apply)
    }
  }

  /** To its end, unless it hangs. */
  function finish(call: Call): void {
    while (calls.has(call)) step(call)
  }

  function createProcess(name: string, skew: number, onList: (prefix: string) => void): SimulatedProcess {
    let [alive, offset] = [true, skew]
    speeds.set(name, 1)
    const call = (label: string, steps: () => Steps, write: Write | null = null): Promise<unknown> =>
      // What a dead process does never happens.
      alive ? begin(name, `${name} ${label}`, steps(), write) : new Promise(() => {})

    /** @param from where in the value the bytes go */
    function write(label: string, key: string, bytes: Buffer, canTear: boolean, from: () => number): Promise<unknown> {
      const place = from === atStart ? set : put
      const upTo = (end: number) => Buffer.concat([(values.get(key) ?? Buffer.of()).subarray(0, from()), bytes.subarray(0, end)])
      const apply = () => place(key, upTo(bytes.length))
      const tear = () => {
        const done = Math.max(0, (values.get(key)?.length ?? 0) - from())
        place(key, upTo(chance(0.2) ? done : done + below(bytes.length - done)))
      }
      const its: Write = { apply, tear: canTear ? tear : undefined, mayBeLate: true }
      return call(`${label} ${key}`, () => change(`${name} ${label} ${key}`, key, its), its)
    }

    const driver = {
      name: 'simulated',
      options: {},
      hasItem: (key: string) => call(`has ${key}`, () => read(`${name} has ${key}`, () => values.has(key))),
      getItem: () => null,
      getItemRaw: (key: string) => call(`read ${key}`, () => read(`${name} read ${key}`, () => values.get(key) ?? null)),
      setItem: () => Promise.reject(new Error('strings are not simulated')),
      setItemRaw: (key: string, value: Uint8Array) => write('write', key, Buffer.from(value), tears, atStart),
      removeItem(key: string) {
        const its: Write = { apply: () => remove(key), tear: undefined, mayBeLate: false }
        return call(`remove ${key}`, () => change(`${name} remove ${key}`, '', its), its)
      },
      getKeys(base = '') {
        onList(base)
        return call(`list ${base}`, () => list(base))
      },
      getMeta: (key: string) => call(`size ${key}`, () => read(`${name} size ${key}`, () => (values.has(key) ? { size: values.get(key)!.length } : null))),
    }
    function append(key: string, value: Uint8Array): Promise<unknown> {
      if (failedKeys.has(key)) violations.push(`${key} was appended to after a failure`)
      let start: number | undefined
      return write('append', key, Buffer.from(value), true, () => (start ??= values.get(key)?.length ?? 0))
    }
    function prepare(key: string): Promise<unknown> {
      if (values.has(key)) violations.push(`${key} was made anew`)
      const its: Write = { apply: () => void (values.has(key) || put(key, Buffer.of())), tear: undefined, mayBeLate: true }
      return call(`make ${key}`, () => change(`${name} make ${key}`, key, its), its)
    }
    const appends = kind === 'append' || kind === 'tearing append'
    return {
      name,
      storage: createStorage({ driver: (appends ? { ...driver, append, prepare } : driver) as Driver }),
      now: () => time + offset,
      setClock(next) {
        note(`${name} sets its clock by ${next - offset} ms`)
        offset = next
      },
      suspend(ms) {
        counts.pauses++
        note(`${name} sleeps for ${Math.round(ms / 60_000)} min`)
        asleep.set(name, time + ms)
      },
      get suspended() {
        return asleep.has(name)
      },
      nonce: () => Array.from({ length: 12 }, () => below(16).toString(16)).join(''),
      get alive() {
        return alive
      },
      get busy() {
        return [...calls].some(({ process }) => process === name)
      },
      kill() {
        alive = false
        counts.crashes++
        speeds.delete(name)
        asleep.delete(name)
        for (const each of [...calls].filter(({ process }) => process === name)) {
          calls.delete(each)
          if (each.write !== null) abandon(each.label, each.write)
        }
      },
    }
  }

  return {
    values,
    get time() {
      return time
    },
    lag,
    random,
    get waiting() {
      return awake().length
    },
    counts,
    violations,
    createProcess,
    progress() {
      const call = pick()
      if (call !== undefined) step(call)
    },
    advance(ms) {
      const next = time + ms
      for (const call of awake()) if (call.started + maxCall < next) finish(call)
      time = next
      wake()
      arrive()
    },
    calm() {
      calm = true
      time += maxCall + lag
      arrive()
    },
    note,
    lines,
    hash: () => digest.copy().digest('hex').slice(0, 16),
  }
}

const atStart = () => 0

/** What a storage refuses later, nobody hears of. */
function attempt(apply: () => void): void {
  try {
    apply()
  } catch {
    // EEXIST
  }
}

function describe(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return `: ${value.length} keys`
  if (Buffer.isBuffer(value)) return `: ${value.length} bytes`
  return `: ${JSON.stringify(value)}`
}
