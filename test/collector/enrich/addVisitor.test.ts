import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addVisitor } from '../../../packages/collector/src/enrich/addVisitor.ts'
import { agentOf } from '../../../packages/collector/src/enrich/agent.ts'
import type { EnrichContext } from '../../../packages/collector/src/enrich/step.ts'
import type { PrivacyPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { garbageCollector } from '../../process/garbageCollector.ts'
import { contextOf, hitOf } from './privacyContext.ts'

const visitorOf = (visitor: PrivacyPolicy['visitor'], hit = {}, context: Partial<EnrichContext> = {}): string => {
  const stored = hitOf(hit)
  addVisitor(stored, contextOf({ visitor }, context))
  return stored.visitor
}

describe.each(['daily', 'session', 'cookie'] as const)('in mode %s, without a session', (mode) => {
  test('the visitor is a keyed hash of site, network and user agent', () => {
    const expected = createHmac('sha256', 'salt of 2026-11-21').update('default\n203.0.113.9\nAgent/7').digest('hex').slice(0, 16)
    expect(visitorOf(mode)).toBe(expected)
  })

  test('is another one for another site, network, user agent, day or salt, and the same for the same', () => {
    const all = [
      visitorOf(mode),
      visitorOf(mode, { site: 'other' }),
      visitorOf(mode, { day: '2026-11-22' }),
      visitorOf(mode, {}, { network: '203.0.113.10' }),
      visitorOf(mode, {}, { agent: agentOf('Agent/8') }),
      visitorOf(mode, {}, { salt: () => 'another' }),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(visitorOf(mode)).toBe(all[0])
  })
})

test('what was computed with one salt is no answer for another', () => {
  const context = contextOf()
  const visitor = (salt: EnrichContext['salt']): string => visitorOf('daily', {}, { ...context, salt })
  const asked: string[] = []
  const look = (salt: string) => (day: string) => {
    asked.push(salt)
    return salt + day
  }
  const [first, second] = [look('a'), look('b')]
  const [one, again, other] = [visitor(first), visitor(first), visitor(second)]
  expect([again === one, other === one]).toEqual([true, false])
  expect(visitor(first)).toBe(one)
  expect(asked).toEqual(['a', 'b'])
})

test('nothing of a salt outlives its look-up: with that goes what was computed with it', async () => {
  const look = (): WeakRef<EnrichContext['salt']> => {
    const salt: EnrichContext['salt'] = (day) => `salt of ${day}`
    visitorOf('daily', {}, { ...contextOf(), salt })
    return new WeakRef(salt)
  }
  const reference = look()
  // What was looked at in this turn is kept until its end.
  await new Promise((resolve) => setTimeout(resolve))
  garbageCollector()()
  expect(reference.deref()).toBeUndefined()
})

test('a session id makes the visitor in mode cookie alone, and there on every day, whatever the address', () => {
  const on = (mode: PrivacyPolicy['visitor'], day: string, session = 's'): string => visitorOf(mode, { day, session }, { network: day })
  expect(on('cookie', '2026-11-21')).toMatch(/^[0-9a-f]{16}$/)
  expect(on('cookie', '2026-11-22')).toBe(on('cookie', '2026-11-21'))
  expect(on('cookie', '2026-11-21', 't')).not.toBe(on('cookie', '2026-11-21'))
  for (const mode of ['daily', 'session'] as const) expect(on(mode, '2026-11-22')).not.toBe(on(mode, '2026-11-21'))
})

test('mode none tells nobody apart', () => {
  expect(visitorOf('none', { session: 's' })).toBe('')
})
