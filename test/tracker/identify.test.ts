// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { signUser } from '@treadlight/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestCollector } from '../collector/collector.ts'
import { closePage, openPage, openTracker, pass, start } from './openTracker.ts'

const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'

beforeEach(openPage)
afterEach(closePage)

test('PV16, PV18 a token that the tracker was given is one that the collector takes: the whole visit is the user’s', async () => {
  const { post, stored, clock } = createTestCollector({ userSecrets: [secret], visitor: 'session' })
  clock.now = start + 1000
  const { collector, track, identify } = await openTracker(({ session }) => [session()])
  await pass(300)
  track('anonymous')
  identify(await signUser({ user: 'ada', expires: start + 60_000 }, secret))
  track('known')
  await pass(300)
  for (const { sentAt, hits } of collector.requests) expect((await post({ sentAt, hits })).status).toBe(201)
  expect((await stored()).map(({ type, name, user }) => [type, name, user])).toEqual([
    ['pageview', undefined, 'ada'],
    ['event', 'anonymous', 'ada'],
    ['event', 'known', 'ada'],
  ])
})
