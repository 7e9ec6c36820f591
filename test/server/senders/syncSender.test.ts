import { expect, test } from 'vitest'
import { createSyncSender, type DeliveryError } from '../../../packages/server/src/senders/syncSender.ts'
import { answerAsStranger, type Fault } from '../../browsers/faultyCollector.ts'
import { makePageview } from './makePageview.ts'
import { answering, inOrder, openCollector } from './stage.ts'

test.each<[string, Fault | undefined, object]>([
  ['stored', undefined, { status: 201, outcome: 'stored' }],
  ['known already', ({ answer }) => answer(201, {}, { stored: 0, duplicate: 1 }), { status: 201, outcome: 'duplicate' }],
  ['not counted', answering(200, { 'x-hit-dropped': 'bot' }), { status: 200, outcome: 'dropped', reason: 'bot' }],
])('SS12: a hit that is %s is reported', async (_, fault, report) => {
  const collector = await openCollector(fault)
  const sender = createSyncSender({ collector: collector.url })
  expect(await sender.send(makePageview())).toEqual(report)
  expect(sender.counts()).toEqual({ delivered: 1, waiting: 0, dropped: 0, dead: 0, retries: 0 })
})

test.each<[string, Fault, number, string]>([
  ['503', answering(503), 503, 'answered 503: see its log'],
  ['401', answering(401), 401, 'give `token` one that `treadlight token create --name NAME --scope hits` has made'],
  ['404 of somebody else', answerAsStranger(404), 404, 'correct `collector`'],
  ['400', ({ answer }) => answer(400, {}, { refused: [{ index: 0, field: 'url', reason: 'is no URL' }] }), 400, 'refused the hit for good (400: url is no URL)'],
  ['no answer in time', () => {}, 0, 'no answer within 0.05 s'],
])('SS12, SS38: %s is an error with the remedy, after one try', async (name, fault, status, text) => {
  const collector = await openCollector(fault)
  const sender = createSyncSender({ collector: collector.url, timeout: name.startsWith('no answer') ? 50 : 10_000 })
  const error = (await sender.send(makePageview()).then(() => undefined, (error: unknown) => error)) as DeliveryError
  expect(error.message).toMatch(/^\[treadlight\] /)
  expect(error.message).toContain(text)
  expect(error.status).toBe(status)
  expect(collector.requests).toHaveLength(1)
  expect(sender.counts()).toMatchObject({ delivered: 0, waiting: 0 })
})

test('what was refused for good is among the dead letters', async () => {
  const collector = await openCollector(answering(405))
  const sender = createSyncSender({ collector: collector.url })
  const hit = makePageview()
  await expect(sender.send(hit)).rejects.toThrow('405')
  expect(sender.deadLetters()).toEqual([{ hit, reason: '405' }])
})

test('a hit of a wrong clock is stored as the collector has re-timed it', async () => {
  const hit = makePageview()
  const retimed = { ...hit, retimed: true }
  const collector = await openCollector(inOrder(({ answer }) => answer(400, {}, { refused: [{ index: 0, field: 'id', reason: 'clock' }], retimed: [retimed] })))
  expect(await createSyncSender({ collector: collector.url }).send(hit)).toMatchObject({ outcome: 'stored' })
  expect([...collector.stored.values()]).toEqual([retimed])
})

test('close waits for what is on its way, and takes no more', async () => {
  const collector = await openCollector()
  const sender = createSyncSender({ collector: collector.url })
  void sender.send(makePageview())
  expect(sender.counts().waiting).toBe(1)
  await sender.close()
  expect(sender.counts()).toMatchObject({ delivered: 1, waiting: 0 })
  await expect(sender.send(makePageview())).rejects.toThrow('was closed')
})
