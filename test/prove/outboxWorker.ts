// A server that tracks: makes hits at random moments and gives them to an outbox, until it is killed or told to stop.
// Says `made HIT` before and `kept HIT` after each send, and `ok` when a command is carried out.
import { createId, type Hit } from '@treadlight/protocol'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { createOutboxSender } from '../../packages/server/src/senders/outboxSender.ts'
import { seededRandom } from './random.ts'

export interface OutboxWorkerPlan {
  folder: string
  collector: string
  seed: number
}

const { folder, collector, seed } = JSON.parse(process.argv[2]!) as OutboxWorkerPlan
const random = seededRandom(seed)
/** Short, so that some that live are taken for dead as well. */
const takeOverAfter = 250
// Retries follow at once.
const sender = createOutboxSender({ collector, folder, takeOverAfter, flushAfter: 10, random: () => Math.random() * 0.01, log: () => {} })
const users = Array.from({ length: 1 + Math.floor(random() * 4) }, visit)
let made = 0
let isOver = false

console.log('ok')
for await (const command of createInterface({ input: process.stdin })) {
  isOver = true
  await Promise.all(users)
  if (command === 'drain') while (sender.counts().waiting > 0) await Promise.all([sender.flush(), wait(5)])
  else await sender.close({ timeout: random() < 0.5 ? 0 : 1000 })
  console.log('ok')
  if (command === 'close') process.exit(0)
}

async function visit(): Promise<void> {
  while (!isOver) {
    const hit = makeHit()
    const text = JSON.stringify(hit)
    console.log(`made ${text}`)
    await sender.send(hit)
    console.log(`kept ${text}`)
    if (random() < 0.7) await wait(random() * 10)
  }
}

function makeHit(): Hit {
  // Often of a moment before: a queue must not make it now.
  const time = Date.now() - Math.floor(random() * 60_000)
  const url = `https://shop.example/${seed}/${made++}?utm_source=a`
  return { id: createId(time), type: 'pageview', url, title: 'ä'.repeat(random() * 200), referrer: '', timestamp: new Date(time).toISOString() }
}
