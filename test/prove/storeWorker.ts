// A store in a process of its own, told what to do by lines on stdin, which tells what it does by lines on stdout:
// see `crashWorker.ts`. Stdout is a pipe, to which Node writes synchronously, so that what was said outlives kill -9.
import { createStore, openStorage, StoreBusyError, type StorageConfig } from '@treadlight/store'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { createFact, indexOf, personAt, personName, policy, site } from './crashFacts.ts'
import { seededRandom } from './random.ts'

export interface StoreWorkerPlan {
  config: StorageConfig
  /** Of the facts. */
  seed: number
  /** The clock of all workers: it showed `start` when the real one showed `startedAt`, and goes `speed` times as fast. */
  start: number
  startedAt: number
  speed: number
  /** ms of that clock. */
  grace: number
  settle: number
  /** Of what this process does. */
  choices: number
  /** Its facts: this one and every `step`th after it. */
  first: number
  step: number
  /** Facts begun and never acknowledged: they go before new ones. */
  leftOver: readonly number[]
  /** Loops that append. */
  senders: number
  /** Whether it reads while it writes. */
  reads: boolean
}

const plan = JSON.parse(process.argv[2] ?? '') as StoreWorkerPlan
const random = seededRandom(plan.choices)
const leftOver = [...plan.leftOver]
const lines = createInterface({ input: process.stdin })
let next = plan.first
let calls = 0
let live = false
let work: Promise<unknown> = Promise.resolve()

const opened = await openStorage(plan.config)
watchDriver()
const store = await createStore({
  ...opened,
  now,
  refreshMs: 0,
  grace: plan.grace,
  settle: plan.settle,
  onError: (error) => complain('upkeep', error),
  onProblem: ({ key, reason, offset }) => say('problem', reason, key, offset),
})

const commands: Record<string, (argument: string) => Promise<unknown>> = {
  async live() {
    live = true
    work = Promise.all([...Array.from({ length: plan.senders }, keepAppending), keepUpkeep(), plan.reads && keepReading()])
  },
  async stop() {
    live = false
    await work
  },
  count: readCounts,
  list: readIds,
  prune,
  erase: (person) => erase(Number(person)),
  maintain,
  async deliver() {
    while (leftOver.length > 0) await appendNext()
  },
  async close() {
    await store.close()
    await opened.storage.dispose()
    lines.close()
  },
}

say('ok open')
for await (const line of lines) {
  const [command = '', argument = ''] = line.split(' ')
  await attempt(command, async () => commands[command]?.(argument))
  say('ok', command)
}
// Either it was told to close, or nobody is left to tell it anything.
process.exit()

async function keepAppending(): Promise<void> {
  while (live) {
    await attempt('append', appendNext)
    await wait(random() * 3)
  }
}

async function keepUpkeep(): Promise<void> {
  while (live) {
    const choice = random()
    if (choice < 0.2) await attempt('prune', prune)
    // Of those whose facts are behind, mostly.
    else if (choice < 0.3) await attempt('erase', () => erase(personAt(Math.floor(next * random()))))
    else await attempt('maintain', maintain)
    await wait(random() * 5)
  }
}

async function keepReading(): Promise<void> {
  while (live) {
    await attempt('read', random() < 0.2 ? readIds : readCounts)
    await wait(random() * 50)
  }
}

async function appendNext(): Promise<void> {
  const indices = Array.from({ length: 1 + Math.floor(random() ** 3 * 30) }, takeNext)
  const call = calls++
  for (const index of indices) await linkFirst(index)
  const received = now()
  say('send', call, received, indices.join())
  try {
    await store.append(indices.map((index) => Object.assign(createFact(plan.seed, plan.start, index).hit, { received })))
    say('sent', call, now())
    // As if the answer was lost on its way.
    if (random() < 0.1) sendAgain(indices)
  } catch (error) {
    if (!(error instanceof StoreBusyError)) throw error
    say('refused', call, now())
    sendAgain(indices)
  }
}

/** What a pruning may have taken would come back, and nobody could tell. */
function sendAgain(indices: readonly number[]): void {
  leftOver.push(...indices.filter((index) => !createFact(plan.seed, plan.start, index).old))
}

function takeNext(): number {
  const again = leftOver.shift()
  if (again !== undefined) return again
  next += plan.step
  return next - plan.step
}

async function linkFirst(index: number): Promise<void> {
  const { link } = createFact(plan.seed, plan.start, index)
  if (link === undefined) return
  const { name, ...rest } = link
  await store.identify(rest)
  say('linked', name, now())
}

async function prune(): Promise<void> {
  say('prune', calls, now())
  await store.prune(policy)
  say('pruned', now())
}

async function erase(person: number): Promise<void> {
  say('erase', person, now())
  await store.erase({ site, user: personName(person) })
  say('erased', person, now())
}

async function maintain(): Promise<void> {
  const { compacted, rewritten, deleted } = await store.maintain({ force: true })
  say('maintained', compacted, rewritten, deleted)
}

async function readCounts(): Promise<void> {
  const begun = now()
  // Begins to look now: a look that is under way may have missed what others have done since.
  await store.sites()
  const { rows } = await store.query({ site, range: { from: 0, to: 8e15 }, timezone: 'UTC', metrics: ['pageviews'] })
  say('counted', begun, now(), rows[0]?.metrics[0] ?? 0)
}

async function readIds(): Promise<void> {
  const begun = now()
  await store.sites()
  const indices: number[] = []
  for await (const { id } of store.hits({ site })) indices.push(indexOf(id))
  say('listed', begun, now(), indices.join())
}

/** Says which write or deletion of which kind of value is under way. */
function watchDriver(): void {
  const { driver } = opened.storage.getMount('') as unknown as { driver: Record<string, (key: string, ...rest: unknown[]) => Promise<unknown>> }
  for (const [method, verb] of [['setItemRaw', 'write'], ['setItem', 'write'], ['removeItem', 'delete']] as const) {
    const act = driver[method]
    if (act === undefined) continue
    driver[method] = async (key, ...rest) => {
      const phase = `${verb}-${key.split(':')[1]}`
      say('enter', phase)
      try {
        return await act.call(driver, key, ...rest)
      } finally {
        say('leave', phase)
      }
    }
  }
}

async function attempt(what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    complain(what, error)
  }
}

function complain(what: string, error: unknown): void {
  const text = error instanceof Error ? `${error.stack} ${error.cause instanceof Error ? error.cause.message : ''}` : String(error)
  say('error', what, text.replaceAll('\n', ' | '))
}

function say(...words: (string | number)[]): void {
  process.stdout.write(`${words.join(' ')}\n`)
}

function now(): number {
  return plan.start + (Date.now() - plan.startedAt) * plan.speed
}
