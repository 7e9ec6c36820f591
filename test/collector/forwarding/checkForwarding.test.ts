import { defineDestination } from '@treadlight/destinations'
import { createValuesOutbox } from '@treadlight/destinations/forward'
import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import { checkForwarding } from '../../../packages/collector/src/forwarding/checkForwarding.ts'
import { makeForwarded } from '../../destinations/forward/makeForwarded.ts'

test('doctor says what waits, what was given up, and what waits for nobody', async () => {
  const values = createValues(createStorage())
  let clock = 0
  const outbox = createValuesOutbox({ values, writer: 'a', now: () => clock })
  await outbox.write('slow', [makeForwarded(), makeForwarded()])
  await outbox.write('gone', [makeForwarded()])
  clock = 2 * 86_400_000
  await outbox.write('fine', [makeForwarded()])
  await outbox.bury('refuses', [{ hit: makeForwarded(), reason: 'x', time: clock }])
  const destinations = ['slow', 'fine', 'refuses', 'idle'].map((name) => defineDestination({ name, map: (hit) => hit, batch: () => [] }))
  const checks = [...checkForwarding({ destinations }, [...(await values.list('')), 'shop:batch:20261121T1200-w-1'], clock)]
  expect(checks.map(({ ok, detail }) => [ok, detail])).toEqual([
    [true, 'fine: 1 hit waiting, 0 dead letters'],
    ['warning', 'gone: 1 hit waiting, 0 dead letters; no destination is called so any more'],
    [true, 'idle: 0 hits waiting, 0 dead letters'],
    ['warning', 'refuses: 0 hits waiting, 1 dead letter'],
    ['warning', 'slow: 2 hits waiting, 0 dead letters; the oldest for more than ten minutes'],
  ])
})
