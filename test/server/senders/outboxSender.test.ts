import type { Hit } from '@treadlight/protocol'
import { encodeFrame } from '@treadlight/store'
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createOutboxFolder } from '../../../packages/server/src/senders/outboxFolder.ts'
import { createOutboxSender, type OutboxSenderOptions } from '../../../packages/server/src/senders/outboxSender.ts'
import type { Sender } from '../../../packages/server/src/senders/sender.ts'
import { createTemporaryDirectory } from '../../store/temporaryDirectory.ts'
import { makePageview } from './makePageview.ts'
import { answering, deadAddress, inOrder, noTimers, openCollector } from './stage.ts'

const makeMany = (count: number): Hit[] => Array.from({ length: count }, () => makePageview())

function open(folder: string, collector: string, options: Partial<OutboxSenderOptions> = {}): { sender: Sender; said: string[] } {
  const said: string[] = []
  const sender = createOutboxSender({ collector, folder, log: (line) => said.push(line), setTimer: noTimers, ...options })
  onTestFinished(() => sender.close({ timeout: 0 }))
  return { sender, said }
}

/** Files with hits, by their path below the folder. */
async function listFiles(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.includes('hits-')).sort()
}

/** What a process leaves that was killed long ago. */
async function leave(folder: string, hits: readonly Hit[], writer = 'aaaaaaaaaaaa'): Promise<string> {
  await mkdir(join(folder, writer), { recursive: true })
  const path = join(folder, writer, `hits-${Date.now().toString(16).padStart(12, '0')}-${writer}`)
  for (const hit of hits) await appendFile(path, encodeFrame(JSON.stringify(hit)))
  await writeFile(join(folder, writer, 'alive'), '')
  await utimes(join(folder, writer, 'alive'), 1, 1)
  return path
}

describe('what is sent', () => {
  test('is on the disk before send resolves, and gone from it once it is answered', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const { sender } = open(folder, collector.url)
    const hits = makeMany(3)
    await sender.send(hits[0]!)
    const [file] = await listFiles(folder)
    expect(await readFile(join(folder, file!), 'utf8')).toContain(JSON.stringify(hits[0]))
    await Promise.all(hits.slice(1).map((hit) => sender.send(hit)))
    expect(sender.counts()).toMatchObject({ waiting: 3, delivered: 0 })
    await sender.flush()
    expect(collector.requests.map(({ hits }) => hits)).toEqual([hits])
    expect(sender.counts()).toEqual({ delivered: 3, waiting: 0, dropped: 0, dead: 0, retries: 0 })
    expect(await listFiles(folder)).toEqual([])
  })

  test('while others are being written is on the disk before its own send resolves', async () => {
    const folder = await createTemporaryDirectory()
    const { sender } = open(folder, (await openCollector()).url, { flushAt: 1e6 })
    await sender.send(makePageview())
    const sends: Promise<void>[] = []
    let isOver = false
    // More come all the time, until the first have been looked for.
    while (!isOver) {
      const hit = makePageview()
      sends.push(
        sender.send(hit).then(async () => {
          const kept = await Promise.all((await listFiles(folder)).map((name) => readFile(join(folder, name), 'utf8')))
          expect(kept.join('')).toContain(hit.id)
          isOver = true
        }),
      )
      await nextTurn()
    }
    await Promise.all(sends)
    expect(sender.counts().waiting).toBe(sends.length + 1)
  })

  test('SS13, AR05: waits for no collector', async () => {
    const folder = await createTemporaryDirectory()
    const { sender } = open(folder, (await openCollector(() => {})).url)
    for (const hit of makeMany(30)) await sender.send(hit)
    expect(sender.counts()).toMatchObject({ waiting: 30 })
  })

  test('SS38: is kept while the collector is out of order, and delivered in order with the times and ids that it had', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector(inOrder(answering(503), answering(500), answering(401)))
    const { sender } = open(folder, collector.url)
    const hits = makeMany(40)
    for (const hit of hits) await sender.send(hit)
    while (sender.counts().waiting > 0) await sender.flush()
    expect(collector.arrivals).toEqual(hits)
  })

  test('that comes while files are delivered is in another file', async () => {
    const folder = await createTemporaryDirectory()
    let pass = (): void => {}
    const collector = await openCollector(inOrder(({ store, answer }) => void (pass = () => (store(), answer(201)))))
    const { sender } = open(folder, collector.url)
    const [first, second] = makeMany(2) as [Hit, Hit]
    await sender.send(first)
    const flushed = sender.flush()
    await vi.waitFor(() => expect(collector.requests).toHaveLength(1))
    await sender.send(second)
    expect(await listFiles(folder)).toHaveLength(2)
    pass()
    await flushed
    await sender.flush()
    expect(collector.arrivals).toEqual([first, second])
  })

  test('is rejected with the remedy where nothing can be written, and taken as soon as it can', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    await writeFile(join(folder, 'outbox'), 'a file')
    const { sender } = open(join(folder, 'outbox'), collector.url)
    await expect(sender.send(makePageview())).rejects.toThrow('is not a folder')
    await rm(join(folder, 'outbox'))
    await sender.send(makePageview())
    await sender.flush()
    expect(sender.counts()).toMatchObject({ delivered: 1, waiting: 0 })
  })

  test('refused for good goes to the dead letters, and its file goes', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector(({ answer }) => answer(201, {}, { refused: [{ index: 1, field: 'url', reason: 'is no URL' }] }))
    const { sender } = open(folder, collector.url)
    const hits = makeMany(3)
    for (const hit of hits) await sender.send(hit)
    await sender.flush()
    expect(sender.deadLetters()).toEqual([{ hit: hits[1], reason: '201: url is no URL' }])
    expect(sender.counts()).toMatchObject({ delivered: 2, dead: 1, waiting: 0 })
    expect(await listFiles(folder)).toEqual([])
  })

  test('and fails alone stays on the disk, behind the others', async () => {
    const folder = await createTemporaryDirectory()
    const hits = makeMany(5)
    const collector = await openCollector(({ hits: sent, store, answer }) => {
      if (sent.some(({ id }) => id === hits[0]!.id)) return answer(500)
      store()
      answer(201)
    })
    const { sender } = open(folder, collector.url)
    for (const hit of hits) await sender.send(hit)
    while (sender.counts().delivered < 4) await sender.flush()
    expect(sender.counts()).toMatchObject({ waiting: 1 })
    const kept = await Promise.all((await listFiles(folder)).map((name) => readFile(join(folder, name), 'utf8')))
    expect(kept.join('')).toContain(hits[0]!.id)
  })
})

describe('what is left', () => {
  test('by a process that is dead is delivered by the next', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const hits = makeMany(3)
    await leave(folder, hits)
    const { sender } = open(folder, collector.url)
    await vi.waitFor(() => expect(sender.counts().waiting).toBe(3))
    await sender.flush()
    expect(collector.arrivals).toEqual(hits)
    expect(await readdir(folder)).toHaveLength(1)
  })

  test('by several goes out oldest first, each by one of those that share the folder', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const hits = makeMany(4)
    for (const [index, hit] of hits.entries()) await leave(folder, [hit], `${index}`.repeat(12))
    const senders = [open(folder, collector.url).sender, open(folder, collector.url).sender]
    await vi.waitFor(() => expect(senders[0]!.counts().waiting + senders[1]!.counts().waiting).toBe(4))
    for (const sender of senders) await sender.flush()
    expect(collector.arrivals.map(({ id }) => id).sort()).toEqual(hits.map(({ id }) => id).sort())
  })

  test('by a process that was closed goes to another at once', async () => {
    const folder = await createTemporaryDirectory()
    const first = open(folder, await deadAddress())
    const hit = makePageview()
    await first.sender.send(hit)
    await first.sender.close({ timeout: 0 })
    const collector = await openCollector()
    const { sender } = open(folder, collector.url)
    await vi.waitFor(() => expect(sender.counts().waiting).toBe(1))
    await sender.flush()
    expect(collector.arrivals).toEqual([hit])
  })

  test('by one that lives is left alone', async () => {
    const folder = await createTemporaryDirectory()
    const nobody = await deadAddress()
    await open(folder, nobody).sender.send(makePageview())
    const { sender } = open(folder, nobody)
    await sender.send(makePageview())
    expect(sender.counts().waiting).toBe(1)
  })

  test('half written is not a hit, and costs none of the others', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const hits = makeMany(2)
    const path = await leave(folder, hits)
    await appendFile(path, encodeFrame(JSON.stringify(makePageview())).subarray(0, 60))
    const { sender, said } = open(folder, collector.url)
    await vi.waitFor(() => expect(sender.counts().waiting).toBe(2))
    await sender.flush()
    expect(collector.arrivals).toEqual(hits)
    expect(said).toEqual([])
  })

  test('damaged is said, and costs none of the others', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const hits = makeMany(3)
    const path = await leave(folder, hits)
    const bytes = await readFile(path)
    bytes[bytes.indexOf(hits[1]!.id)]! ^= 1
    await writeFile(path, bytes)
    const { sender, said } = open(folder, collector.url)
    await vi.waitFor(() => expect(sender.counts().waiting).toBe(2))
    await sender.flush()
    expect(collector.arrivals).toEqual([hits[0], hits[2]])
    expect(said).toEqual([expect.stringMatching(/^\[treadlight\] hits-\S+ in \S+ is damaged in 1 places, and what was there is lost: check the disk/), expect.any(String)])
  })
})

describe('a process that others took for dead', () => {
  /** Moves its files as another process does. */
  async function takeAll(folder: string): Promise<void> {
    await mkdir(join(folder, 'cccccccccccc'))
    for (const name of await listFiles(folder)) await rename(join(folder, name), join(folder, 'cccccccccccc', name.split('/')[1]!))
  }

  test('writes what it sends to a file of its own again', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const { sender } = open(folder, collector.url)
    await sender.send(makePageview())
    await takeAll(folder)
    const hit = makePageview()
    await sender.send(hit)
    await sender.flush()
    expect(collector.arrivals).toEqual([hit])
  })

  test('also where what was taken has been delivered and removed', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const { sender } = open(folder, collector.url)
    await sender.send(makePageview())
    for (const name of await listFiles(folder)) await rm(join(folder, name))
    const hit = makePageview()
    await sender.send(hit)
    await sender.flush()
    expect(collector.arrivals).toEqual([hit])
  })

  test('forgets what it has not begun to deliver', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const { sender } = open(folder, collector.url)
    await sender.send(makePageview())
    await takeAll(folder)
    await sender.flush()
    expect(collector.requests).toEqual([])
    expect(sender.counts().waiting).toBe(0)
  })

  test('gives a sign of life again', async () => {
    const folder = await createTemporaryDirectory()
    const mine = createOutboxFolder({ folder, takeOverAfter: 60_000 })
    await mine.touch()
    const [writer] = await readdir(folder)
    await rm(join(folder, writer!), { recursive: true })
    await mine.touch()
    expect((await stat(join(folder, writer!, 'alive'))).isFile()).toBe(true)
    await mine.close()
    expect(await readdir(folder)).toEqual([])
  })

  test('looks around for others’ files although its own folder is gone', async () => {
    const folder = await createTemporaryDirectory()
    const mine = createOutboxFolder({ folder, takeOverAfter: 60_000 })
    await mine.touch()
    const [writer] = await readdir(folder)
    await rm(join(folder, writer!), { recursive: true })
    expect(await mine.takeOver()).toEqual([])
    await mine.close()
  })
})

describe('bounds', () => {
  test('of more than maxBytes the oldest are dropped, counted and said', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector()
    const { sender, said } = open(folder, collector.url, { maxBytes: 8000, flushAt: 1000 })
    const hits = Array.from({ length: 100 }, () => makePageview({ title: 'x'.repeat(200) }))
    for (const hit of hits) await sender.send(hit)
    const { waiting, dropped } = sender.counts()
    expect(waiting + dropped).toBe(100)
    const bytes = await Promise.all((await listFiles(folder)).map(async (name) => (await stat(join(folder, name))).size))
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8000)
    expect(waiting).toBeGreaterThan(10)
    expect(said[0]).toMatch(/^\[treadlight\] \d+ hits dropped so far, the oldest first: more than 8000 bytes wait in /)
    await sender.flush()
    expect(collector.arrivals).toEqual(hits.slice(dropped))
  })
})
