import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { columnNames } from '../../../packages/store/src/sessionIndex/columnNames.ts'
import { openIndexBody, openRollupBody } from '../../../packages/store/src/shelfMakers.ts'
import { rollupDimensions } from '../../../packages/store/src/rollup/rollup.ts'
import { readShelfValue } from '../../../packages/store/src/shelfValue.ts'
import { sourceOf } from '../../../packages/store/src/valueSource.ts'
import { makeHit, day, minute, noon } from '../makeHit.ts'
import { createShelfScene, dayOf, fillDays, type ShelfScene } from './shelfScene.ts'

/** Everything that stands on the shelf, as text. */
async function textOf(scene: ShelfScene): Promise<string> {
  const texts: string[] = []
  for (const [key, bytes] of scene.faulty.values) {
    if (!/:(index|rollup):/.test(key)) continue
    const { body } = (await readShelfValue(sourceOf(bytes)))!
    if (key.includes(':index:')) texts.push(JSON.stringify(await (await openIndexBody(body)).load(columnNames)))
    else {
      const rollup = await openRollupBody(body)
      for (const dimension of rollupDimensions) texts.push(JSON.stringify((await rollup.rows(dimension)).labels))
    }
  }
  return texts.join('\n')
}

const isFinished = (scene: ShelfScene): boolean => scene.keysOf('erasure').some((key) => key.endsWith('-done'))

test.each([
  ['days', 3],
  ['a month', 9],
])('an erasure is finished when nothing that was made of the person is left on the shelf: %s', async (_, days) => {
  const scene = createShelfScene()
  const store = await scene.open()
  await fillDays(store, Array.from({ length: days }, (__, at) => at))
  await store.append([makeHit({ time: noon + day, visitor: 'eve', path: '/diary-of-eve' })])
  scene.time = noon + 16 * day
  await store.maintain()
  const before = [...scene.keysOf('index'), ...scene.keysOf('rollup')].filter((key) => key.split(':')[2]! <= `${dayOf(1)}.` || key.includes(dayOf(1)))
  expect(await textOf(scene)).toContain('/diary-of-eve')
  await store.erase({ site: 'shop', visitor: 'eve' })
  await store.maintain()
  expect(isFinished(scene)).toBe(false)
  // Whoever has listed them may still read them.
  scene.time += 5 * minute
  await store.maintain()
  expect(isFinished(scene)).toBe(false)
  expect(await textOf(scene)).toContain('/diary-of-eve')
  for (let round = 0; round < 3; round++) {
    scene.time += 11 * minute
    await store.maintain()
  }
  expect(isFinished(scene)).toBe(true)
  expect(await textOf(scene)).not.toContain('diary')
  expect([...scene.faulty.values.keys()].filter((key) => before.includes(key) && key.includes(dayOf(1)))).toEqual([])
  const reader = await scene.read()
  expect((await reader.told()).indexes).toHaveLength(days)
  expect(Buffer.concat([...scene.faulty.values.values()]).includes('diary-of-eve')).toBe(false)
})

test('an erasure is not finished while an older value of the person is on the shelf, whoever has written it', async () => {
  const scene = createShelfScene()
  const store = await scene.open()
  await fillDays(store, [0, 1])
  await store.append([makeHit({ time: noon + day, visitor: 'eve', path: '/diary-of-eve' })])
  scene.time = noon + 16 * day
  await store.maintain()
  const old = scene.keysOf('rollup').find((key) => key.includes(dayOf(1)))!
  const value = scene.faulty.values.get(old)!
  await store.erase({ site: 'shop', visitor: 'eve' })
  await store.maintain()
  scene.faulty.values.delete(old)
  scene.time += 11 * minute
  // One that was held up in the midst of its writing.
  const late = old.replace(/-[0-9a-f]{12}-/, `-${scene.time.toString(16).padStart(12, '0')}-`)
  scene.faulty.values.set(late, value)
  await store.maintain()
  expect(isFinished(scene)).toBe(false)
  scene.time += 11 * minute
  await store.maintain()
  expect(scene.faulty.values.has(late)).toBe(false)
  expect(isFinished(scene)).toBe(true)
  expect(await textOf(scene)).not.toContain('diary')
})
