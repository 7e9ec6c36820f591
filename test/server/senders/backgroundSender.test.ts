import type { Hit } from '@treadlight/protocol'
import { describe, expect, test, vi } from 'vitest'
import { createBackgroundSender, type BackgroundSenderOptions } from '../../../packages/server/src/senders/backgroundSender.ts'
import type { Sender } from '../../../packages/server/src/senders/sender.ts'
import { answerAsStranger, type FaultyCollector } from '../../browsers/faultyCollector.ts'
import { makePageview } from './makePageview.ts'
import { answering, deadAddress, inOrder, instantTimers, noTimers, openCollector } from './stage.ts'

const makeMany = (count: number): Hit[] => Array.from({ length: count }, () => makePageview())
const urls = (hits: Iterable<Hit>): string[] => [...hits].map(({ url }) => url)

function open({ url }: Pick<FaultyCollector, 'url'>, options: Partial<BackgroundSenderOptions> = {}): { sender: Sender; said: string[] } {
  const said: string[] = []
  return { sender: createBackgroundSender({ collector: url, log: (line) => said.push(line), setTimer: noTimers, ...options }), said }
}

async function sendAll(sender: Sender, hits: readonly Hit[]): Promise<void> {
  for (const hit of hits) await sender.send(hit)
}

describe('when hits leave', () => {
  test('SS13, AR05: send resolves although the collector never answers', async () => {
    const collector = await openCollector(() => {})
    const { sender } = open(collector)
    await sendAll(sender, makeMany(30))
    expect(sender.counts()).toMatchObject({ delivered: 0, waiting: 30 })
  })

  test('20 of them, in one request and in order', async () => {
    const collector = await openCollector()
    const { sender } = open(collector)
    const hits = makeMany(20)
    await sendAll(sender, hits.slice(0, 19))
    expect(sender.counts().waiting).toBe(19)
    await sender.send(hits[19]!)
    await vi.waitFor(() => expect(sender.counts()).toEqual({ delivered: 20, waiting: 0, dropped: 0, dead: 0, retries: 0 }))
    expect(collector.requests.map(({ hits }) => hits)).toEqual([hits])
  })

  test('fewer after 5 s', async () => {
    const collector = await openCollector()
    const timers = instantTimers()
    const { sender } = open(collector, timers)
    await sender.send(makePageview())
    await vi.waitFor(() => expect(sender.counts().delivered).toBe(1))
    expect(timers.waits).toEqual([5000])
  })

  test('at once where a runtime stops with the answer, those of one turn together', async () => {
    const collector = await openCollector()
    const kept: Promise<unknown>[] = []
    const { sender } = open(collector, { waitUntil: (promise) => kept.push(promise) })
    const hits = makeMany(3)
    await Promise.all(hits.map((hit) => sender.send(hit)))
    await Promise.all(kept)
    expect(kept).toHaveLength(1)
    expect(collector.requests.map(({ hits }) => hits)).toEqual([hits])
  })

  test('flush waits for those that have come while a request was on its way', async () => {
    const collector = await openCollector()
    const { sender } = open(collector)
    const [first, second] = makeMany(2)
    await sender.send(first!)
    const flushed = sender.flush()
    await sender.send(second!)
    await sender.flush()
    await flushed
    expect([...collector.stored.values()]).toEqual([first, second])
  })

  test('what is changed after send is not what is sent', async () => {
    const collector = await openCollector()
    const { sender } = open(collector)
    const hit = makePageview({ title: 'before' })
    await sender.send(hit)
    hit.title = 'after'
    await sender.flush()
    expect(collector.requests[0]!.hits[0]!.title).toBe('before')
  })

  test('one that JSON cannot hold is refused, and holds up nobody', async () => {
    const collector = await openCollector()
    const { sender } = open(collector)
    await expect(sender.send(makePageview({ engaged: 1n as unknown as number }))).rejects.toThrow('BigInt')
    await sender.send(makePageview())
    await sender.flush()
    expect(sender.counts()).toMatchObject({ delivered: 1, waiting: 0 })
  })
})

describe('SS38: what fails', () => {
  test.each([
    ['408', answering(408)],
    ['425', answering(425)],
    ['429', answering(429)],
    ['500', answering(500)],
    ['503', answering(503)],
    ['502 of a proxy', answerAsStranger(502)],
    ['200 of a captive portal', answerAsStranger(200)],
    ['404 of a proxy', answerAsStranger(404)],
    ['401', answering(401)],
    ['403', answering(403)],
  ])('%s: is counted, and sent again with the same id', async (_, fault) => {
    const collector = await openCollector(inOrder(fault, fault))
    const { sender } = open(collector, instantTimers())
    const hit = makePageview()
    await sender.send(hit)
    await vi.waitFor(() => expect(sender.counts()).toEqual({ delivered: 1, waiting: 0, dropped: 0, dead: 0, retries: 2 }))
    expect(collector.requests.map(({ hits }) => hits)).toEqual([[hit], [hit], [hit]])
  })

  test('pauses grow, with what the collector asks for and an end', async () => {
    const fault = answering(503)
    const collector = await openCollector(inOrder(fault, fault, answering(429, { 'retry-after': '20' }), fault))
    const timers = instantTimers()
    const { sender } = open(collector, { ...timers, random: () => 0.5 })
    await sender.send(makePageview())
    await vi.waitFor(() => expect(sender.counts().delivered).toBe(1))
    expect(timers.waits).toEqual([5000, 500, 1000, 22_000, 4000])
  })

  test('new hits wait for the retry that is planned, and keep their order behind it', async () => {
    const collector = await openCollector(inOrder(answering(503)))
    const { sender } = open(collector)
    const hits = makeMany(50)
    await sender.send(hits[0]!)
    await sender.flush()
    await sendAll(sender, hits.slice(1))
    expect(collector.requests).toHaveLength(1)
    await sender.flush()
    expect(urls(collector.stored.values())).toEqual(urls(hits))
  })

  test('flush leaves a collector alone that has asked for it', async () => {
    const collector = await openCollector(inOrder(answering(503, { 'retry-after': '60' })))
    const { sender } = open(collector)
    await sender.send(makePageview())
    await sender.flush()
    await sender.flush()
    expect(collector.requests).toHaveLength(1)
    expect(sender.counts()).toMatchObject({ waiting: 1, retries: 1 })
  })

  test('a wrong token is said once, with the remedy, and costs no hit', async () => {
    const collector = await openCollector(inOrder(answering(401), answering(401), answering(401)))
    const timers = instantTimers()
    const { sender, said } = open(collector, { ...timers, random: () => 0 })
    await sender.send(makePageview())
    await vi.waitFor(() => expect(sender.counts().delivered).toBe(1))
    expect(timers.waits.slice(1)).toEqual([60_000, 60_000, 60_000])
    expect(said).toEqual([expect.stringContaining('treadlight token create --name NAME --scope hits'), '[treadlight] hits get through again'])
  })

  test('413: halves, and one that is too large even alone is dead', async () => {
    const large = makePageview({ title: 'large' })
    const hits = [...makeMany(5), large, ...makeMany(6)]
    const collector = await openCollector(({ hits, store, answer }) => {
      if (hits.some(({ title }) => title === 'large')) return answer(413)
      store()
      answer(201)
    })
    const letters: unknown[] = []
    const { sender, said } = open(collector, { onDead: (letter) => letters.push(letter) })
    await sendAll(sender, hits)
    await sender.flush()
    expect(urls(collector.stored.values())).toEqual(urls(hits.filter((hit) => hit !== large)))
    expect(letters).toEqual([{ hit: large, reason: '413' }])
    expect(sender.deadLetters()).toEqual(letters)
    expect(sender.counts()).toMatchObject({ delivered: 11, dead: 1, waiting: 0 })
    expect(said).toEqual(['[treadlight] the collector refused 1 hit for good (413): see deadLetters()'])
  })

  test('a hit that a firewall or a crash keeps back holds up none of the others', async () => {
    const hits = makeMany(9)
    const bad = hits[2]!
    const collector = await openCollector((exchange) => {
      if (exchange.hits.some(({ id }) => id === bad.id)) return answerAsStranger(403)(exchange)
      exchange.store()
      exchange.answer(201)
    })
    const { sender } = open(collector, { ...instantTimers(), random: () => 0 })
    await sendAll(sender, hits)
    await vi.waitFor(() => expect(sender.counts()).toMatchObject({ delivered: 8, waiting: 1 }))
    await sender.close({ timeout: 0 })
  })

  test('a refusal of the whole body costs only the hit that is to blame', async () => {
    const hits = makeMany(7)
    const collector = await openCollector(({ hits: sent, store, answer }) => {
      if (sent.includes(sent.find(({ id }) => id === hits[4]!.id)!)) return answer(400, {}, { refused: [{ index: 0, field: 'hit', reason: 'is too deep' }] })
      store()
      answer(201)
    })
    const { sender } = open(collector)
    await sendAll(sender, hits)
    await sender.flush()
    expect(collector.stored.size).toBe(6)
    expect(sender.deadLetters()).toEqual([{ hit: hits[4], reason: '400: hit is too deep' }])
  })

  test('of a batch only what is refused is dead', async () => {
    const hits = makeMany(3)
    const collector = await openCollector(({ answer }) => answer(201, {}, { stored: 2, refused: [{ index: 1, field: 'url', reason: 'is no URL' }] }))
    const { sender } = open(collector)
    await sendAll(sender, hits)
    await sender.flush()
    expect(sender.counts()).toMatchObject({ delivered: 2, dead: 1 })
    expect(sender.deadLetters()).toEqual([{ hit: hits[1], reason: '201: url is no URL' }])
  })

  test('what was re-timed takes the place of what was refused', async () => {
    const [before, hit, after] = makeMany(3) as [Hit, Hit, Hit]
    const retimed = { ...hit, timestamp: new Date(0).toISOString(), retimed: true }
    const collector = await openCollector(inOrder(({ answer }) => answer(201, {}, { refused: [{ index: 1, field: 'id', reason: 'clock' }], retimed: [retimed] })))
    const { sender } = open(collector)
    await sendAll(sender, [before, hit, after])
    await sender.flush()
    expect(collector.requests.map(({ hits }) => hits)).toEqual([[before, hit, after], [retimed]])
    expect(sender.counts()).toMatchObject({ delivered: 3, dead: 0 })
  })

  test('no more than 100 dead letters are kept, the latest', async () => {
    const hits = makeMany(130)
    const collector = await openCollector(({ hits, answer }) => answer(400, {}, { refused: hits.map((_, index) => ({ index, field: 'url', reason: 'is no URL' })) }))
    const { sender } = open(collector, { onDead: () => { throw new Error('of the site') } })
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    await sendAll(sender, hits)
    await sender.flush()
    expect(urls(sender.deadLetters().map(({ hit }) => hit))).toEqual(urls(hits.slice(-100)))
    expect(sender.counts().dead).toBe(130)
    expect(complaints).toHaveBeenCalledTimes(130)
    complaints.mockRestore()
  })
})

describe('bounds', () => {
  test('of more than maxWaiting the oldest are dropped, counted and said', async () => {
    const collector = await openCollector()
    const { sender, said } = open(collector, { maxWaiting: 10, flushAt: 100 })
    const hits = makeMany(13)
    await sendAll(sender, hits)
    expect(sender.counts()).toMatchObject({ waiting: 10, dropped: 3 })
    expect(said).toEqual(['[treadlight] 1 hit dropped so far, the oldest first: more than 10 wait (`maxWaiting`)'])
    await sender.flush()
    expect([...collector.stored.values()]).toEqual(hits.slice(3))
  })

  test('those that are on their way are not dropped, and keep their place if they come back', async () => {
    let fail = (): void => {}
    const collector = await openCollector(inOrder(({ answer }) => void (fail = () => answer(503))))
    const { sender } = open(collector, { maxWaiting: 12, flushAt: 10 })
    const hits = makeMany(18)
    await sendAll(sender, hits.slice(0, 10))
    await vi.waitFor(() => expect(collector.requests).toHaveLength(1))
    await sendAll(sender, hits.slice(10))
    expect(sender.counts()).toMatchObject({ waiting: 12, dropped: 6 })
    const flushed = sender.flush()
    fail()
    await flushed
    await sender.flush()
    expect(urls(collector.stored.values())).toEqual(urls([...hits.slice(0, 10), ...hits.slice(16)]))
  })

  test('after an outage all go in requests of less than 60,000 bytes and at most 1000 hits', async () => {
    const sizes: number[] = []
    const collector = await openCollector(({ hits, store, answer }) => {
      sizes.push(JSON.stringify({ sentAt: Date.now(), hits }).length)
      store()
      answer(201)
    })
    const { sender } = open(collector, { flushAt: 5000 })
    const hits = makeMany(3000)
    await sendAll(sender, hits)
    await sender.flush()
    expect(urls(collector.stored.values())).toEqual(urls(hits))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(60_000)
    expect(collector.requests.length).toBeGreaterThan(8)
  })
})

describe('the end', () => {
  test('close delivers what waits, and takes no more', async () => {
    const collector = await openCollector(inOrder(answering(503)))
    const { sender } = open(collector, { random: () => 0.01 })
    await sendAll(sender, makeMany(3))
    await sender.close({ timeout: 20_000 })
    expect(collector.stored.size).toBe(3)
    await expect(sender.send(makePageview())).rejects.toThrow('was closed')
  })

  test('close may wait for as long as it takes', async () => {
    const collector = await openCollector(({ store, answer }) => void setTimeout(() => (store(), answer(201)), 100))
    const sender = createBackgroundSender({ collector: collector.url, flushAfter: Infinity })
    await sender.send(makePageview())
    await sender.close({ timeout: Infinity })
    expect(sender.counts()).toMatchObject({ delivered: 1, waiting: 0 })
    expect(collector.requests).toHaveLength(1)
  })

  test('close ends in time although nobody answers, and says what is lost', async () => {
    const collector = await openCollector(() => {})
    const { sender, said } = open(collector)
    await sendAll(sender, makeMany(3))
    await sender.close({ timeout: 100 })
    expect(sender.counts()).toMatchObject({ delivered: 0, waiting: 3 })
    expect(said).toEqual([expect.stringContaining('3 hits were not delivered when the sender was closed')])
  })

  test('close waits for no try that would come too late', async () => {
    const collector = await openCollector(answering(503, { 'retry-after': '3600' }))
    const { sender } = open(collector)
    await sender.send(makePageview())
    await sender.close({ timeout: 600_000 })
    expect(collector.requests).toHaveLength(1)
  })

  test('SS37: a collector that is nowhere rejects nothing and is said once', async () => {
    const { sender, said } = open({ url: await deadAddress() })
    await sendAll(sender, makeMany(25))
    await sender.flush()
    await sender.flush()
    expect(sender.counts()).toMatchObject({ waiting: 25, delivered: 0 })
    expect(said).toEqual([expect.stringContaining('ECONNREFUSED')])
  })

  test('a wrong address is an error where the sender is made', () => {
    expect(() => createBackgroundSender({ collector: 'stats.example' })).toThrow('collector: must be a URL')
  })
})
