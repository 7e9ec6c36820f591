import { expect, test } from 'vitest'
import { dropUnwilling } from '../../../packages/collector/src/enrich/dropUnwilling.ts'
import type { PrivacyPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { contextOf, hitOf } from './privacyContext.ts'

const counting: PrivacyPolicy['respect'] = { gpc: 'counting', dnt: true }

test.each<[PrivacyPolicy['respect'], headers: Record<string, string>, reason: string | undefined]>([
  [{ gpc: 'forwarding', dnt: false }, { 'sec-gpc': '1', dnt: '1' }, undefined],
  [{ gpc: 'counting', dnt: false }, { 'sec-gpc': '1', dnt: '1' }, 'gpc'],
  [{ gpc: 'counting', dnt: false }, { dnt: '1' }, undefined],
  [{ gpc: 'forwarding', dnt: true }, { 'sec-gpc': '1', dnt: '1' }, 'dnt'],
  [{ gpc: 'forwarding', dnt: true }, { 'sec-gpc': '1' }, undefined],
  [counting, { 'sec-gpc': '0', dnt: '0' }, undefined],
  [counting, { 'sec-gpc': 'true', dnt: 'unspecified' }, undefined],
  [counting, {}, undefined],
])('%j: %j is dropped as %s', (respect, headers, reason) => {
  expect(dropUnwilling(hitOf(), contextOf({ respect }, { headers }))).toBe(reason)
})
