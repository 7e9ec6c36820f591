import { Queue, type Job } from 'bullmq'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBullmqSender } from '../../packages/server/src/senders/bullmqSender.ts'
import { createBullmqWorker, type BullmqWorker, type BullmqWorkerOptions } from '../../packages/server/src/senders/bullmqWorker.ts'
import type { Fault, FaultyCollector } from '../browsers/faultyCollector.ts'
import { makePageview } from '../server/senders/makePageview.ts'
import { answering, deadAddress, inOrder, openCollector } from '../server/senders/stage.ts'

const url = process.env['TEST_REDIS_URL'] ?? ''
const connection = { url }

describe.skipIf(url === '')('bullmq', () => {
  let name: string
  let queue: Queue
  beforeEach(() => {
    name = `treadlight-${randomBytes(6).toString('hex')}`
    queue = new Queue(name, { connection })
  })
  afterEach(async () => {
    await queue.obliterate({ force: true })
    await queue.close()
  })

  function openSender(): ReturnType<typeof createBullmqSender> {
    const sender = createBullmqSender({ connection, name })
    onTestFinished(() => sender.close())
    return sender
  }

  function openWorker({ url: collector }: FaultyCollector, options: Partial<BullmqWorkerOptions> = {}): BullmqWorker & { said: string[] } {
    const said: string[] = []
    const worker = createBullmqWorker({ collector, token: 'abc', connection, name, pauseAfter: () => 0, log: (line) => said.push(line), ...options })
    onTestFinished(() => worker.close())
    return { ...worker, said }
  }

  test('SS14: a hit is a job with its id and time, twice is once, and a worker delivers it', async () => {
    const sender = openSender()
    const hit = makePageview({ timestamp: new Date(Date.now() - 90_000).toISOString(), props: { plan: 'a' } })
    await sender.send(hit)
    await sender.send(hit)
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 })
    expect(((await queue.getJob(hit.id)) as Job).data).toEqual(hit)
    expect(sender.counts()).toMatchObject({ delivered: 2, waiting: 0 })

    const tokens: (string | undefined)[] = []
    const collector = await openCollector(({ request, store, answer }) => {
      tokens.push(request.headers.authorization)
      store()
      answer(201)
    })
    const worker = openWorker(collector)
    await vi.waitFor(() => expect(worker.counts().delivered).toBe(1))
    expect(collector.arrivals).toEqual([hit])
    expect(tokens).toEqual(['Bearer abc'])
    await vi.waitFor(async () => expect(await queue.getJob(hit.id)).toBeUndefined())
  })

  test('an id with a colon or of digits only is no job id, and goes all the same', async () => {
    const sender = openSender()
    const collector = await openCollector()
    const worker = openWorker(collector)
    for (const id of ['a:b', '17']) await sender.send(makePageview({ id }))
    await vi.waitFor(() => expect(worker.counts().delivered).toBe(2))
    expect(collector.arrivals.map(({ id }) => id).sort()).toEqual(['17', 'a:b'])
  })

  test.each<[string, Fault]>([
    ['500', answering(500)],
    ['503', answering(503)],
    ['429', answering(429)],
    ['401', answering(401)],
    ['a connection that ends', ({ request }) => request.socket.destroy()],
  ])('AR10: %s fails the job, and BullMQ tries again', async (_, fault) => {
    const collector = await openCollector(inOrder(fault, fault))
    const worker = openWorker(collector)
    const failures: [string, number][] = []
    worker.worker.on('failed', (job, error) => failures.push([error.message, job!.attemptsMade]))
    const hit = makePageview()
    await openSender().send(hit)
    await vi.waitFor(() => expect(worker.counts()).toMatchObject({ delivered: 1, retries: 2, dead: 0 }), 20_000)
    expect(collector.requests.map(({ hits }) => hits)).toEqual([[hit], [hit], [hit]])
    expect(failures).toEqual([
      [expect.stringMatching(/^\[treadlight\] /), 1],
      [expect.stringMatching(/^\[treadlight\] /), 2],
    ])
    expect(worker.said).toEqual([expect.any(String), '[treadlight] hits get through again'])
  })

  test('what the collector asks for and the number of failures set the pause', async () => {
    const collector = await openCollector(inOrder(answering(503, { 'retry-after': '7' }), answering(500)))
    const asked: [number, number][] = []
    const worker = openWorker(collector, {
      pauseAfter: ({ retryAfter }, failures) => {
        asked.push([retryAfter, failures])
        return 0
      },
    })
    await openSender().send(makePageview())
    await vi.waitFor(() => expect(worker.counts().delivered).toBe(1), 20_000)
    expect(asked).toEqual([
      [7000, 0],
      [0, 1],
    ])
  })

  test('AR10, SS38: what is refused for good is a failed job with the reason, and tried no more', async () => {
    const collector = await openCollector(({ answer }) => answer(400, {}, { refused: [{ index: 0, field: 'url', reason: 'is no URL' }] }))
    const worker = openWorker(collector)
    const hit = makePageview()
    await openSender().send(hit)
    await vi.waitFor(async () => expect(await queue.getFailed()).toHaveLength(1))
    const [job] = await queue.getFailed()
    expect(job).toMatchObject({ id: hit.id, data: hit, failedReason: '[treadlight] refused for good (400: url is no URL)', attemptsMade: 1 })
    expect(worker.deadLetters()).toEqual([{ hit, reason: '400: url is no URL' }])
    expect(collector.requests).toHaveLength(1)
  })

  test('a hit that was re-timed is delivered in its place', async () => {
    const hit = makePageview()
    const retimed = { ...hit, retimed: true }
    const collector = await openCollector(inOrder(({ answer }) => answer(400, {}, { refused: [{ index: 0, field: 'id', reason: 'clock' }], retimed: [retimed] })))
    const worker = openWorker(collector)
    await openSender().send(hit)
    await vi.waitFor(() => expect(worker.counts()).toMatchObject({ delivered: 1, dead: 0 }))
    expect(collector.arrivals).toEqual([retimed])
  })

  test('a queue of the site\'s own is used, and stays open', async () => {
    const sender = createBullmqSender({ queue })
    await sender.send(makePageview())
    await sender.close()
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 })
    await expect(sender.send(makePageview())).rejects.toThrow('was closed')
  })

  test('a Redis that is nowhere rejects in time and ends no process', async () => {
    const { port } = new URL(await deadAddress())
    const sender = createBullmqSender({ connection: { host: '127.0.0.1', port: Number(port) }, name, timeout: 100 })
    await expect(sender.send(makePageview())).rejects.toThrow('Redis has not answered within 0.1 s: start it, or correct `connection`')
    expect(sender.counts()).toMatchObject({ delivered: 0, waiting: 0 })
    await sender.close({ timeout: 100 })
  })
})

test('neither connection nor queue is an error where the sender is made', () => {
  expect(() => createBullmqSender({})).toThrow('Give `connection`, or a `queue` of your own')
})
