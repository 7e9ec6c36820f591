// A collector that hands its hits to another system, and visitors who send it some at random moments, until it is killed or told to stop.
// Says `made ID KIND` before each hit, `kept ID` when it was answered 201, `slow MS` for an answer that took longer than it may, and `ok`
// when a command is carried out.
import { defineDestination, type DestinationAnswer, type ForwardedHit, type Verdict } from '@treadlight/destinations'
import { createId } from '@treadlight/protocol'
import { createStore, createValues, openStorage } from '@treadlight/store'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { seededRandom } from './random.ts'

export interface ForwardWorkerPlan {
  folder: string
  /** The other system. */
  url: string
  seed: number
  /** Whether it has visitors. */
  isVisited: boolean
}

/** Longest that an answer may take, ms: two cores are shared with processes that start. */
const patience = 5000

const { folder, url, seed, isVisited } = JSON.parse(process.argv[2]!) as ForwardWorkerPlan
const random = seededRandom(seed)
const opened = await openStorage({ driver: 'fs', base: folder })
const store = await createStore({ ...opened })
const destination = defineDestination<ForwardedHit>({
  name: 'other',
  map: (hit) => hit,
  batch: (items) => [{ request: { url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(items.map(({ id, title }) => ({ id, title }))) }, indexes: [...items.keys()] }],
  classify: classify,
  maxBatch: 20,
  allowPrivate: true,
})
const collector = createCollector({
  store,
  values: createValues(opened.storage),
  timezone: 'UTC',
  limits: { perAddress: 0, burst: 1, total: 0 },
  destinations: [destination],
  // Retries follow at once, and some that live are taken for dead as well.
  forwarding: { rhythm: { gatherFor: 30, beat: 100, takeOverAfter: 700 }, timeout: 300, random: () => random() * 0.02 },
  onNote: () => {},
  onError: (error) => console.log(`error ${String(error)}`),
})
let isOver = false
const users = isVisited ? Array.from({ length: 1 + Math.floor(random() * 4) }, visit) : []

console.log('ok')
for await (const command of createInterface({ input: process.stdin })) {
  isOver = true
  await Promise.all(users)
  if (command === 'close') await collector.forwarding!.close({ timeout: random() < 0.5 ? 0 : 500 })
  if (command === 'close') await store.close()
  console.log('ok')
  if (command === 'close') process.exit(0)
}

async function visit(): Promise<void> {
  while (!isOver) {
    const id = createId()
    const kind = ['good', 'good', 'good', 'good', 'bad', 'denied'][Math.floor(random() * 6)]!
    console.log(`made ${id} ${kind}`)
    const started = performance.now()
    const hit = { id, url: `https://shop.example/${seed}`, title: kind, ...(kind === 'denied' && { forwarding: false }) }
    const { status } = await collector.fetch(new Request('http://localhost/hit', { method: 'POST', body: JSON.stringify(hit), headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } }))
    if (status === 201) console.log(`kept ${id}`)
    if (performance.now() - started > patience) console.log(`slow ${Math.round(performance.now() - started)}`)
    if (random() < 0.7) await wait(random() * 20)
  }
}

/** The other system names what it will never take, as `_bulk` does. */
function classify({ status, header, body }: DestinationAnswer): Verdict {
  if (status !== 200) return { kind: 'retry', reason: `answered ${status}`, after: Number(header('retry-after')) }
  const { bad } = JSON.parse(body) as { bad: number[] }
  return { kind: 'some', dead: bad.map((index) => ({ index, reason: 'bad' })), retry: [] }
}
