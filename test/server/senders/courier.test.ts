import { expect, test } from 'vitest'
import { createCourier } from '../../../packages/server/src/senders/courier.ts'
import { createLedger } from '../../../packages/server/src/senders/ledger.ts'
import { makePageview } from './makePageview.ts'
import { answering, openCollector } from './stage.ts'

test('a hit that cannot be put behind the others stays in front: the disk may be full', async () => {
  const collector = await openCollector(answering(500))
  const courier = createCourier({ collector: collector.url, random: () => 0 }, createLedger({ log: () => {} }))
  const texts = [makePageview(), makePageview()].map((hit) => JSON.stringify(hit))
  const list = { texts: texts.slice(), putLast: () => Promise.reject(new Error('ENOSPC')) }
  await expect(courier.deliver(list)).rejects.toThrow('ENOSPC')
  expect(list.texts).toEqual(texts)
  expect(courier.underway).toBe(0)
})
