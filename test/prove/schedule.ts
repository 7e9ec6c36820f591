import { idFrom } from '@treadlight/protocol'
import { createReferenceStore, createStore, type HitFilter, type HitStore, type Query, type Store, type StoredHit, type StoreOptions, type Subject } from '@treadlight/store'
import { createOracle, nameOf, type Erasing, type Expectation, type Linking, type Oracle, type Pruning, type Reading } from './oracle.ts'
import { seededRandom } from './random.ts'
import { readRaw, type RawStorage } from './rawStorage.ts'
import { sayHits, sayIndex } from '../store/sessionIndex/sayDay.ts'
import { createWorld, maxSkew, type SimulatedProcess, type StorageKind, type World, type WorldOptions } from './simulatedStorage.ts'

export type OpenStore = (options: StoreOptions) => Promise<Store>

interface Failure {
  kind: 'lost' | 'twice' | 'error'
  text: string
}

export interface ScheduleResult {
  failures: readonly Failure[]
  /** Of everything that happened, in order. */
  hash: string
  lines: readonly string[]
  acknowledged: number
  counts: Readonly<Record<string, number>>
}

interface Person {
  user: string
  session: string
  visitor: string
  /** The site's clock when the person was last to be erased: no new hits after. */
  retired: boolean
}

/** A simulated process with the store that it has open. */
interface Actor {
  name: string
  process: SimulatedProcess
  store: Store | undefined
  opening: boolean
  role: 'writer' | 'compactor'
  /** What it is doing, and whose end is to be written down. */
  running: Set<{ begun: number; of?: Pruning | Erasing }>
  /** The events at which it listed batches. */
  listings: number[]
  /** When it last had nothing to do. */
  idleAt: number
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 10, 21, 12)
const site = 'shop'
/** Without pauses: the store takes it that nobody is at one thing for so long. */
const maxOperation = 5 * hour
const kinds: readonly StorageKind[] = ['append', 'append', 'exclusive', 'overwriting', 'tearing', 'tearing append']
const metrics: Query['metrics'] = ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration']
const everything = { from: start - 40 * day, to: start + 90 * day }

/** Plays one schedule: several stores on one storage where everything goes wrong, and compares all they say with what they may. */
/**
 * @param keepSums whether the stores keep the sums of days that are pruned: then these may be in answers
 * @param loads whether hits also come as imports have them, past the batches
 */
export async function playSchedule(seed: number, open: OpenStore = createStore, keepSums = false, loads = false): Promise<ScheduleResult> {
  // Another stream than the world's, so that what a schedule is like does not follow what happens in it.
  const random = seededRandom(seed ^ 0x9e3779b9)
  const kind = kinds[Math.floor(random() * kinds.length)]!
  // Where listings are atomic and clocks agree, the store needs no grace time: then races are many.
  const atomic = random() < 0.5
  const options: WorldOptions = {
    seed,
    kind,
    faults: random() < 0.25 ? 0 : 0.01 + random() * 0.06,
    paged: !atomic,
    lag: !atomic && random() < 0.4 ? minute : 0,
    pauses: random() < 0.25,
    start,
  }
  const world = createWorld(options)
  world.note(`seed ${seed}, ${kind}${atomic ? ', atomic listings' : ''}${world.lag > 0 ? ', lagging' : ''}${options.pauses ? ', with pauses' : ''}`)
  const schedule = createSchedule(world, open, { kind, atomic, pauses: options.pauses, keepSums, loads })
  await schedule.run()
  if (schedule.failures.length === 0) await schedule.finish().catch(schedule.notice)
  return {
    failures: schedule.failures,
    hash: world.hash(),
    lines: world.lines,
    acknowledged: schedule.oracle.facts.filter(({ acknowledged }) => acknowledged !== undefined).length,
    counts: { ...world.counts, ...schedule.counts },
  }
}

function createSchedule(world: World, open: OpenStore, { kind, atomic, pauses, keepSums, loads }: { kind: StorageKind; atomic: boolean; pauses: boolean; keepSums: boolean; loads: boolean }) {
  const { random } = world
  const failures: Failure[] = []
  const counts = { appends: 0, loads: 0, retries: 0, reads: 0, compacted: 0, erasures: 0, prunings: 0, restarts: 0, indexed: 0, clean: 0 }
  let event = 0
  const eventTimes: number[] = [start]
  const oracle: Oracle = createOracle(
    (at, begin) => world.lag === 0 || eventTimes[at]! + world.lag < eventTimes[begin]!,
    () => {
      eventTimes[++event] = world.time
      return event
    },
  )
  const persons: Person[] = []
  const actors: Actor[] = []
  const compactAt = chance(0.5) ? 1_000_000 : 3 + below(12)
  let made = 0

  function chance(probability: number): boolean {
    return random() < probability
  }
  function below(limit: number): number {
    return Math.floor(random() * limit)
  }
  function pick<T>(items: readonly T[]): T {
    return items[below(items.length)]!
  }

  function fail(failure: Failure['kind'], text: string): void {
    failures.push({ kind: failure, text })
    world.note(`FAILURE ${failure}: ${text}`)
  }

  // Processes

  function skew(): number {
    return Math.floor((random() * 2 - 1) * maxSkew)
  }

  function createActor(name: string, role: Actor['role']): Actor {
    const listings: number[] = []
    const onList = (prefix: string) => prefix.endsWith(':batch:') && listings.push(event)
    const process = world.createProcess(name, atomic ? 0 : skew(), onList)
    return { name, process, store: undefined, opening: false, role, running: new Set(), listings, idleAt: world.time }
  }

  function options(actor: Actor): StoreOptions {
    const { process } = actor
    return {
      storage: process.storage,
      durability: 'volatile',
      now: process.now,
      nonce: process.nonce,
      // All alike: what tells them apart is the nonce.
      writer: 'w',
      refreshMs: 0,
      compactAt,
      // So that each process that is opened reads copies of manifests, and some that nobody has copied.
      catalogAt: 2,
      keepSums,
      ...(atomic && !pauses && { grace: 0 }),
      onError: (error) => expectError(actor, 'compaction', error),
      onProblem({ key, offset, reason }) {
        world.note(`${actor.name} reports ${key} ${offset} ${reason}`)
        // Whoever sleeps while it writes a manifest has one for a while that names what was swept; in the end there is none.
        // Half a value is what crashes and drivers without atomic writes leave; nothing else is ever wrong with a byte here.
        if (reason === 'missing' && pauses) return
        if (reason !== 'torn' || !mayTear(key)) fail('error', `${actor.name}: ${key} is reported as ${reason}`)
      },
    }
  }

  function mayTear(key: string): boolean {
    return kind.startsWith('tearing') || (kind === 'append' && key.includes(':batch:'))
  }

  async function openActor(actor: Actor): Promise<void> {
    actor.opening = true
    try {
      const store = await open(options(actor))
      world.note(`${actor.name} is open`)
      actor.store = store
    } catch (error) {
      expectError(actor, 'open', error)
    } finally {
      actor.opening = false
    }
  }

  /** Only what was made to fail may fail. */
  function expectError(actor: Actor, what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    world.note(`${actor.name} ${what}: ${message}`)
    const isInjected = isCausedBy(error, 'EIO') || message.endsWith('is closed')
    // A listing that lags shows what was removed.
    const isLag = world.lag > 0 && /kept vanishing|still there after/.test(message)
    // Where half a value is seen, it may be deleted while the rest of it is still to come.
    const isHalf = kind.startsWith('tearing') && /still there after/.test(message)
    if (!isInjected && !isLag && !isHalf) fail('error', `${actor.name} ${what}: ${error instanceof Error ? error.stack : message}`)
  }

  function restart(actor: Actor, how: string): void {
    world.note(`${actor.name} ${how}`)
    for (const { of } of actor.running) if (of !== undefined) of.to = actor.process.now()
    actor.process.kill()
    const { process, store, opening, running, listings, idleAt } = createActor(`${actor.name.replace(/-.*/, '')}-${++counts.restarts}`, actor.role)
    Object.assign(actor, { process, name: process.name, store, opening, running, listings, idleAt })
  }

  /** What a process does; nothing of it is heard once the process was killed. */
  function run(actor: Actor, what: string, act: (store: Store) => Promise<void>, of?: Pruning | Erasing): void {
    const { store, process, running } = actor
    if (store === undefined) return
    const operation = { begun: world.time, ...(of && { of }) }
    running.add(operation)
    world.note(`${actor.name} ${what}`)
    act(store)
      .then(() => world.note(`${actor.name} ${what}: done`))
      .catch((error: unknown) => {
        if (process.alive) expectError(actor, what, error)
      })
      .finally(() => {
        running.delete(operation)
        if (of !== undefined) of.to = process.now()
      })
  }

  // What they do

  function person(): Person {
    const open = persons.filter(({ retired }) => !retired)
    if (open.length < 4 || chance(0.05)) {
      const number = persons.length
      persons.push({ user: `usr-${number}-zz`, session: `ses-${number}-zz`, visitor: `vis-${number}-zz`, retired: false })
      return persons.at(-1)!
    }
    return pick(open)
  }

  /** A little in the past, so that whatever clock is asked says that it has happened. */
  function createHit(now: number): StoredHit {
    const { user, session, visitor } = person()
    const late = chance(0.6) ? below(hour) : chance(0.5) ? below(day) : below(5 * day)
    const time = world.time - 5 * minute - late
    const number = made++
    const id = idFrom(time, new Uint8Array([0, 0, 0, 0, 0, 0, number >> 24, number >> 16, number >> 8, number]))
    const type = chance(0.75) ? 'pageview' : 'event'
    return {
      site,
      id,
      origin: chance(0.8) ? 'browser' : 'server',
      type,
      day: new Date(time).toISOString().slice(0, 10),
      time,
      received: now,
      view: type === 'pageview' ? id : '',
      url: `https://shop.example/${number % 5}`,
      title: '',
      referrer: '',
      hostname: 'shop.example',
      path: `/${number % 5}`,
      referrerHost: '',
      source: '',
      medium: '',
      campaign: '',
      visitor: chance(0.9) ? visitor : '',
      session: chance(0.8) ? session : '',
      user: chance(0.25) ? user : '',
      ...(type === 'event' && { name: 'buy' }),
    }
  }

  /** New ones, ones that nobody knows to be there, ones that are, and what another origin says of one. */
  function chooseHits(now: number): StoredHit[] {
    const hits = new Map<string, StoredHit>()
    for (let count = 1 + below(3); count > 0; count--) {
      const known = oracle.facts.length > 0 && chance(0.45) ? pick(oracle.facts).hit : undefined
      const unknown = oracle.facts.find(({ acknowledged, hit }) => acknowledged === undefined && !isAcknowledged(hit) && chance(0.3))
      const hit = unknown?.hit ?? (known && chance(0.5) ? tellAnew(known) : known) ?? createHit(now)
      if (hit !== unknown?.hit && hit !== known) hits.set(`${hit.id} ${hit.origin}`, { ...hit, received: now })
      else {
        counts.retries++
        hits.set(`${hit.id} ${hit.origin}`, { ...hit, received: now })
      }
    }
    return [...hits.values()]
  }

  function isAcknowledged({ id, origin }: StoredHit): boolean {
    return oracle.byId.get(id)?.some(({ hit, acknowledged }) => acknowledged !== undefined && hit.origin === origin) ?? false
  }

  /** Of one origin always the same, as senders do. */
  function tellAnew(hit: StoredHit): StoredHit {
    const origin = hit.origin === 'server' ? 'browser' : 'server'
    const told = oracle.byId.get(hit.id)?.find((sent) => sent.hit.origin === origin)
    if (told !== undefined) return told.hit
    const its = persons.find(({ visitor, session, user }) => visitor === hit.visitor || session === hit.session || user === hit.user)
    const user = origin === 'server' && its !== undefined && !its.retired && chance(0.6) ? its.user : ''
    return { ...hit, origin, user }
  }

  function append(actor: Actor): void {
    const hits = chooseHits(actor.process.now())
    const sent = hits.map(oracle.send)
    const isLoad = loads && chance(0.4)
    counts[isLoad ? 'loads' : 'appends']++
    run(actor, `${isLoad ? 'load' : 'append'} ${hits.map(nameFact).join(', ')}`, async (store) => {
      try {
        await (isLoad ? store.load(structuredClone(hits)) : store.append(structuredClone(hits)))
      } catch (error) {
        if (error instanceof Error && error.name === 'StoreBusyError') return
        // The sender is told to come again all the same, but not how.
        throw error
      }
      sent.forEach(oracle.acknowledge)
    })
  }

  function identify(actor: Actor): void {
    const { session, user } = person()
    const other = chance(0.1) ? person().user : user
    const linking: Linking = oracle.link({ site, session, user: other, time: world.time - 5 * minute })
    run(actor, `identify ${session} as ${other}`, async (store) => {
      await store.identify(linking.link)
      oracle.acknowledgeLink(linking)
    })
  }

  function erase(actor: Actor): void {
    const its = person()
    its.retired = true
    const subject: Subject = { site, ...pick([{ user: its.user }, { session: its.session }, { visitor: its.visitor }]) }
    counts.erasures++
    const erasing = oracle.erase(subject, actor.process.now())
    run(actor, `erase ${JSON.stringify(subject)}`, (store) => performErasure(store, erasing), erasing)
  }

  async function performErasure(store: HitStore, erasing: Erasing): Promise<void> {
    await store.erase(erasing.subject)
    oracle.resolve(erasing)
  }

  function prune(actor: Actor): void {
    const [anonymous, authenticated] = [pick([2, 3, 4]) * day, pick([2, 3, 5]) * day]
    const now = actor.process.now()
    const low = now - Math.max(anonymous, authenticated)
    const pruning = oracle.prune({ low, high: now - Math.min(anonymous, authenticated), from: now })
    counts.prunings++
    const act = async (store: Store): Promise<void> => {
      await store.prune({ anonymous, authenticated }, { site, now })
      oracle.resolve(pruning)
    }
    run(actor, `prune ${anonymous / day} ${authenticated / day} days`, act, pruning)
  }

  function maintain(actor: Actor): void {
    const force = chance(0.5)
    run(actor, `maintain${force ? ', force' : ''}`, async (store) => {
      const { compacted } = await store.maintain({ force })
      counts.compacted += compacted
    })
  }

  function read(actor: Actor): void {
    if (chance(0.4)) query(actor)
    else list(actor)
  }

  /**
   * An answer joins a listing that is under way, which may have begun before. Upkeep lists batches as well, so the last
   * such listing may not be the one that is joined.
   */
  function beginRead({ process, running, listings }: Actor): Reading {
    return oracle.beginRead(running.size > 0 || process.busy ? (listings.at(-3) ?? 0) : undefined)
  }

  function list(actor: Actor): void {
    const filter = chooseFilter()
    const reading = beginRead(actor)
    counts.reads++
    run(actor, `hits ${JSON.stringify(filter)}`, async (store) => {
      const hits: StoredHit[] = []
      for await (const hit of store.hits(filter)) hits.push(hit)
      checkListing(actor.name, filter, hits, reading())
    })
  }

  function chooseFilter(): HitFilter {
    const filter: HitFilter = { site, order: chance(0.5) ? 'oldest' : 'newest' }
    if (chance(0.3)) filter.from = world.time - below(5 * day)
    if (chance(0.2)) filter.to = world.time - below(3 * day)
    if (chance(0.1)) filter.type = 'pageview'
    if (chance(0.1) && persons.length > 0) Object.assign(filter, pick([{ user: pick(persons).user }, { session: pick(persons).session }, { visitor: pick(persons).visitor }]))
    if (chance(0.15)) filter.limit = 1 + below(6)
    return filter
  }

  function checkListing(name: string, filter: HitFilter, hits: readonly StoredHit[], { required, forbidden }: Expectation): void {
    const seen = new Set<string>()
    for (const hit of hits) {
      if (seen.has(hit.id)) fail('twice', `${name} lists ${hit.id} twice`)
      seen.add(hit.id)
      if (forbidden.has(hit.id)) fail('twice', `${name} lists ${hit.id}, which was erased or pruned: ${JSON.stringify(hit)}`)
      if (!oracle.byId.has(hit.id)) fail('twice', `${name} lists ${hit.id}, which nobody sent`)
      if (!matches(hit, filter)) fail('twice', `${name} lists ${hit.id}, which does not match ${JSON.stringify(filter)}`)
    }
    if (!isInOrder(hits, filter.order === 'oldest')) fail('error', `${name} lists in the wrong order`)
    // Whose a hit is, and so how many come before it, may change while it is read.
    if (filter.user !== undefined || filter.session !== undefined || filter.visitor !== undefined || filter.limit !== undefined) return
    for (const id of required) if (matches(oracle.byId.get(id)![0]!.hit, filter) && !seen.has(id)) fail('lost', `${name} does not list ${id}`)
  }

  function query(actor: Actor): void {
    const range = chance(0.5) ? everything : { from: world.time - below(5 * day), to: world.time + day }
    const reading = beginRead(actor)
    counts.reads++
    run(actor, `query ${JSON.stringify(range)}`, async (store) => {
      const byPage = chance(0.5)
      const { rows } = await store.query({ site, range, timezone: 'UTC', metrics: ['pageviews'], ...(byPage && { dimensions: ['event:page'] }) })
      const pageviews = rows.reduce((sum, { metrics: [count] }) => sum + (count ?? 0), 0)
      checkCount(actor.name, range, pageviews, reading())
    })
  }

  function checkCount(name: string, range: Query['range'], pageviews: number, { required, forbidden }: Expectation): void {
    const isCounted = (id: string) => matches(oracle.byId.get(id)![0]!.hit, { site, ...range, type: 'pageview' })
    const least = [...required].filter(isCounted).length
    const most = [...oracle.byId.keys()].filter((id) => !forbidden.has(id) && isCounted(id)).length
    if (pageviews < least) fail('lost', `${name} counts ${pageviews} pageviews, not ${least}`)
    if (pageviews > most && !keepSums) fail('twice', `${name} counts ${pageviews} pageviews, more than ${most}`)
  }

  // The course of it

  function startSomething(): void {
    const actor = pick(actors)
    if (actor.process.suspended) return
    if (actor.store === undefined) {
      if (!actor.opening) {
        world.note(`${actor.name} opens`)
        void openActor(actor)
      }
      return
    }
    if (actor.running.size >= 3) return
    const at = random()
    if (actor.role === 'writer') {
      if (at < 0.6) append(actor)
      else if (at < 0.8) read(actor)
      else if (at < 0.87) identify(actor)
      else if (at < 0.9) erase(actor)
      else if (at < 0.97) maintain(actor)
      else close(actor)
    } else if (at < 0.5) maintain(actor)
    else if (at < 0.75) read(actor)
    else if (at < 0.85) append(actor)
    else if (at < 0.9) prune(actor)
    else if (at < 0.97) erase(actor)
    else close(actor)
  }

  /** What was begun goes on; what comes later is refused. */
  function close(actor: Actor): void {
    const { store, process } = actor
    run(actor, 'close', async (its) => {
      actor.store = undefined
      await its.close()
      if (process.alive && actor.process === process && store === its) restart(actor, 'ends')
    })
  }

  function letTimePass(): void {
    const at = random()
    const ms = at < 0.5 ? below(5000) : at < 0.65 ? below(3 * minute) : at < 0.9 ? 11 * minute + below(30 * minute) : below(14 * hour)
    for (const actor of actors) if (!actor.process.busy && actor.running.size === 0) actor.idleAt = world.time
    const slowest = actors.toSorted((one, other) => one.idleAt - other.idleAt)[0]!
    const limit = slowest.idleAt + maxOperation - world.time
    if (ms > limit && !pauses) restart(slowest, 'is killed')
    else world.advance(ms)
  }

  /** For longer than anybody waits for anything, or for a while. */
  function holdUp(): void {
    const { process } = pick(actors)
    if (chance(0.3)) process.setClock(atomic ? 0 : skew())
    else process.suspend(chance(0.5) ? 2 * minute + below(2 * hour) : 2 * hour + below(20 * hour))
  }

  async function play(steps: number): Promise<void> {
    for (let step = 0; step < steps && failures.length === 0; step++) {
      // Everything that follows from the last step happens before the next: all of it is promises.
      await new Promise(setImmediate)
      const at = random()
      if (pauses && chance(0.01)) holdUp()
      else if (world.waiting > 0 && at < 0.8) world.progress()
      else if (at < 0.95) startSomething()
      else if (at < 0.995) letTimePass()
      else restart(pick(actors), 'is killed')
      for (const violation of world.violations) fail('error', violation)
    }
  }

  /** Everybody starts again, nothing fails any more, and upkeep gets all the time it needs. */
  async function finish(): Promise<void> {
    for (const actor of actors) restart(actor, 'is killed')
    world.calm()
    world.advance(hour)
    const stores: [Actor, Store][] = []
    for (const actor of actors.slice(0, 2)) stores.push([actor, await open(options(actor))])
    // Whoever was asked to erase somebody asks again until it is done.
    for (const { subject, resolved } of oracle.erasings) {
      if (resolved !== undefined) continue
      const [actor, store] = stores[0]!
      const again = oracle.erase(subject, actor.process.now())
      await performErasure(store, again)
      again.to = actor.process.now()
    }
    await compareAll(stores, false)
    await upkeep(stores)
    await compareAll(stores, true)
    if (counts.prunings > 0) {
      // Prunings are forgotten one day, and nothing of what they took may return.
      world.advance(12 * day)
      await upkeep(stores)
      await compareAll(stores, true)
    }
    for (const violation of world.violations) fail('error', violation)
    for (const [, store] of stores) await store.close()
  }

  async function upkeep(stores: readonly [Actor, Store][]): Promise<void> {
    let [before, same] = ['', 0]
    for (let round = 0; same < 2; round++) {
      if (round > 20) return fail('error', `upkeep finds no end: ${[...world.values.keys()].join(' ')}`)
      world.advance(30 * hour)
      await stores[round % stores.length]![1].maintain({ force: round % 2 === 0 })
      const after = [...world.values.keys()].toSorted().join(' ')
      same = after === before ? same + 1 : 0
      before = after
    }
  }

  async function compareAll(stores: readonly [Actor, Store][], upkept: boolean): Promise<void> {
    if (failures.length > 0) return
    const raw = await readRaw(world.values, upkept)
    // Whoever slept while it wrote a manifest may have named what was swept; upkeep mends that.
    const isMended = (text: string) => !upkept && pauses && text.endsWith(' is missing')
    for (const text of raw.faults) if (!isMended(text)) fail('error', text)
    checkFacts(raw.facts)
    if (upkept) checkTraces(raw)
    const answers: string[] = []
    for (const [actor, store] of stores) {
      const hits: StoredHit[] = []
      const reading = oracle.beginRead()
      for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
      checkListing(actor.name, { site, order: 'oldest' }, hits, reading())
      answers.push(await describeStore(store, hits))
      if (upkept) await checkIndexes(raw, hits)
    }
    if (upkept) counts.clean += [...raw.clean.values()].flatMap(({ fingerprints }) => fingerprints).length
    // The storage itself is told anew in plain words; erased facts are gone from it once it has been kept up.
    if (upkept && !keepSums) answers.push(await describeReference(raw))
    const wrong = answers.findIndex((answer) => answer !== answers[0])
    if (wrong !== -1) fail('error', `${stores[wrong]?.[0].name ?? 'the reference'} says otherwise:\n${answers[0]}\n${answers[wrong]}`)
    world.note(`compared ${oracle.facts.length} facts, ${raw.facts.length} stored`)
  }

  /** Once all has been kept up, each index says of its days what the hits say. */
  async function checkIndexes({ indexes }: RawStorage, hits: readonly StoredHit[]): Promise<void> {
    for (const [key, { index, days }] of indexes) {
      for (const said of await sayIndex(index)) {
        if (!days.includes(said.day)) continue
        counts.indexed++
        const expected = sayHits(said.day, hits.filter((hit) => hit.day === said.day), 60_000)
        if (JSON.stringify(said) !== JSON.stringify(expected)) fail('error', `${key} says of ${said.day}\n${JSON.stringify(said)}\nand the hits\n${JSON.stringify(expected)}`)
      }
    }
  }

  async function describeReference({ facts, links, prunings }: RawStorage): Promise<string> {
    let at = start
    const reference = createReferenceStore({ now: () => at })
    await reference.append(facts)
    for (const link of links) await reference.identify(link)
    for (const pruning of prunings) {
      at = pruning.at
      const age = (before: number | null) => (before === null ? Infinity : at - before)
      await reference.prune({ anonymous: age(pruning.anonymous), authenticated: age(pruning.authenticated) }, { site })
    }
    const hits: StoredHit[] = []
    for await (const hit of reference.hits({ site, order: 'oldest' })) hits.push(hit)
    return describeStore(reference, hits)
  }

  async function describeStore(store: HitStore, hits: readonly StoredHit[]): Promise<string> {
    const whole = await store.query({ site, range: everything, timezone: 'UTC', metrics })
    const pages = await store.query({ site, range: everything, timezone: 'Europe/Berlin', metrics: ['pageviews', 'visitors'], dimensions: ['event:page'] })
    const days = await store.query({ site, range: everything, timezone: 'Europe/Berlin', metrics: ['pageviews', 'visits'], dimensions: ['time:day'] })
    return JSON.stringify([hits.map(canonical), whole, pages, days])
  }

  /** Every fact that lies somewhere is one that was sent, and every fact that has to be there is. */
  function checkFacts(stored: readonly StoredHit[]): void {
    const found = new Set<string>()
    const sent = new Set(oracle.facts.map(({ hit }) => canonical(hit)))
    for (const hit of stored) {
      if (!sent.has(canonical(hit))) fail('twice', `nobody sent ${JSON.stringify(hit)}`)
      found.add(nameFact(hit))
    }
    for (const sent of oracle.facts) {
      if (!found.has(nameFact(sent.hit)) && oracle.isRequired(sent)) fail('lost', `the fact ${nameFact(sent.hit)} is nowhere`)
    }
  }

  /** A search of everything that is left finds no erased person. What a crash has cut off stays with drivers that tear. */
  function checkTraces({ texts, torn }: RawStorage): void {
    for (const { subject } of oracle.erasings) {
      const [, value] = nameOf(subject)
      for (const [key, text] of texts) if (!torn.includes(key) && text.includes(value)) fail('twice', `${key} still names ${value}, who was erased`)
    }
  }

  return {
    failures,
    counts,
    oracle,
    /** Where nothing is made to fail nothing may. */
    notice: (error: unknown) => fail('error', error instanceof Error ? (error.stack ?? error.message) : String(error)),
    async run() {
      for (let number = 0; number < 3; number++) actors.push(createActor(`w${number}`, 'writer'))
      for (let number = 0; number < 2; number++) actors.push(createActor(`c${number}`, 'compactor'))
      await play(300 + below(700))
    },
    finish,
  }
}

function nameFact({ id, origin }: StoredHit): string {
  return `${id.slice(-6)} ${origin}`
}

/** The same for the same hit, in whatever order its fields are. */
function canonical(hit: StoredHit): string {
  return JSON.stringify(Object.entries(hit).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function matches(hit: StoredHit, { from, to, type, user, session, visitor }: HitFilter): boolean {
  if (hit.time < (from ?? -Infinity) || hit.time >= (to ?? Infinity)) return false
  if (type !== undefined && hit.type !== type) return false
  return (user ?? hit.user) === hit.user && (session ?? hit.session) === hit.session && (visitor ?? hit.visitor) === hit.visitor
}

function isInOrder(hits: readonly StoredHit[], oldest: boolean): boolean {
  const byPlace = hits.map(({ time, id }) => `${String(time).padStart(15, '0')} ${id}`)
  const sorted = byPlace.toSorted()
  return byPlace.join() === (oldest ? sorted : sorted.toReversed()).join()
}

function isCausedBy(error: unknown, code: string): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if ('code' in each && each.code === code) return true
  return false
}
