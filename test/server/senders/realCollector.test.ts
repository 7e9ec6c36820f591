import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import { createTokens } from '../../../packages/collector/src/admin/tokens.ts'
import { createBackgroundSender } from '../../../packages/server/src/senders/backgroundSender.ts'
import { createTestCollector } from '../../collector/collector.ts'
import { makePageview } from './makePageview.ts'
import { noTimers } from './stage.ts'

test('SS38: a real collector stores what comes with its token once, refuses another token, and names the hit that it cannot take', async () => {
  const values = createValues(createStorage())
  const real = createTestCollector({ values, now: Date.now })
  const { token } = await createTokens(values, Date.now).create('shop', ['hits'])
  const fetch = (async (url: string, init: RequestInit) => real.request(new URL(url).pathname, init)) as typeof globalThis.fetch
  const said: string[] = []
  const options = { collector: 'http://collector.example', fetch, log: (line: string) => said.push(line), setTimer: noTimers }
  const client = { address: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }
  const hit = makePageview({ client })
  const bad = makePageview({ url: 'mailto:ann@shop.example', client })

  const stranger = createBackgroundSender({ ...options, token: 'tl_wrong' })
  await stranger.send(hit)
  await stranger.flush()
  expect(stranger.counts()).toMatchObject({ waiting: 1, delivered: 0, dead: 0 })
  expect(said).toEqual([expect.stringContaining('refuses the token (401)')])

  const sender = createBackgroundSender({ ...options, token })
  for (const each of [hit, bad, hit]) await sender.send(each)
  await sender.flush()
  expect(sender.counts()).toMatchObject({ delivered: 2, dead: 1, waiting: 0 })
  expect(sender.deadLetters()).toEqual([{ hit: bad, reason: expect.stringMatching(/^201: url /) }])
  expect(await real.stored()).toMatchObject([{ id: hit.id, url: hit.url, time: Date.parse(hit.timestamp), origin: 'server', browser: 'Firefox' }])
})
