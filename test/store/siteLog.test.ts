import { expect, test } from 'vitest'
import { createSiteLog } from '../../packages/store/src/siteLog.ts'
import { createFaultyStorage } from './faultyStorage.ts'
import { makeHit, noon } from './makeHit.ts'

const rows: [string, { open: boolean; doubted: boolean }, deletable: boolean][] = [
  ['done with', { open: false, doubted: false }, true],
  ['that this process may append to', { open: true, doubted: false }, false],
  ['whose last write has failed and may arrive yet', { open: false, doubted: true }, false],
]
test.each(rows)('a hit in a value %s: deletable %o %s', (_, { open, doubted }, deletable) => {
  const { storage } = createFaultyStorage({ append: true })
  const writer = { isOpen: () => open, nextKey: () => 'shop:batch:20261121T1200:w-1' }
  const log = createSiteLog({ site: 'shop', storage, writer, now: () => noon, refreshMs: 0, onProblem: () => undefined })
  const hit = makeHit()
  log.record('shop:batch:20261121T1200:w-0', [hit])
  if (doubted) log.doubt('shop:batch:20261121T1200:w-0')
  expect(log.deletable([hit.id])).toEqual(new Set(deletable ? [hit.id] : []))
})
