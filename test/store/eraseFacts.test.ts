import { createStore } from '@treadlight/store'
import { expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { makeHit, minute, noon, testId } from './makeHit.ts'

/** Whoever is erased is looked for by columns; what else was told of the same hits lies in other segments and batches. */
test.each(['segments', 'a segment and a batch'])('erases a hit that only one of its facts names the person of, from %s', async (where) => {
  let time = noon
  const { storage, values } = createFaultyStorage({ append: true })
  const store = await createStore({ storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const id = testId(900_001)
  const others = [makeHit({ user: 'grace "\\ hopper' }), makeHit()]
  await store.append([makeHit({ id, origin: 'server', user: 'ada', title: 'Ada’s own' }), ...others])
  time += 21 * minute
  await store.maintain({ force: true })
  await store.append([makeHit({ id, title: 'Ada’s own' })])
  time += 21 * minute
  if (where === 'segments') await store.maintain({ force: true })

  expect(await store.erase({ site: 'shop', user: 'ada' })).toMatchObject({ erased: 1 })
  const lines: string[] = []
  for await (const piece of store.lines({ site: 'shop' })) lines.push(...new TextDecoder().decode(piece).trimEnd().split('\n'))
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).toSorted()).toEqual(others.map((hit) => hit.id).toSorted())
  for (let round = 0; round < 4; round++) {
    await store.maintain({ force: true })
    time += 21 * minute
  }
  const left = [...values.values()].filter((value) => value.toString().includes('Ada’s own'))
  expect(left).toEqual([])
  await store.close()
})
