import { expect, test } from 'vitest'
import { mapSteps, shadeOf } from '../../packages/dashboard/src/mapSteps.ts'

test.each([
  [0, []],
  [1, [1]],
  [2, [1, 2]],
  [5, [1, 2, 3, 4]],
  [100, [1, 3, 7, 16, 40]],
  [2_400_000, [1, 19, 360, 6800, 130_000]],
])('%i visitors of the first country: a shade from %j on', (most, steps) => {
  expect(mapSteps(most)).toEqual(steps)
})

test.each([
  [0, 0],
  [1, 1],
  [2, 1],
  [3, 2],
  [39, 4],
  [40, 5],
  [100, 5],
])('%i of 100 have shade %i', (count, shade) => {
  expect(shadeOf(count, mapSteps(100))).toBe(shade)
})
