import { expect, test } from 'vitest'
import { createCoalesced } from '../../packages/store/src/clickhouse/coalesce.ts'

test('who asks at one moment shares an answer that is begun after all have asked; who comes later gets a later one', async () => {
  let stored = 0
  const begun: [stored: number, sharing: number][] = []
  const answers: (() => void)[] = []
  const find = createCoalesced<string, number>(async (_asked, sharing) => {
    const seen = stored
    begun.push([seen, sharing])
    await new Promise<void>((resolve) => answers.push(resolve))
    return seen
  })
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

  stored = 1
  const first = [find('a', ''), find('a', '')]
  await turn()
  stored = 2
  const late = find('a', '')
  stored = 3
  const later = find('a', '')
  const other = find('b', '')
  await turn()
  expect(begun).toEqual([[1, 2], [3, 1]])
  answers.shift()!()
  expect(await Promise.all(first)).toEqual([1, 1])
  await turn()
  expect(begun.at(-1)).toEqual([3, 2])
  for (const answer of answers) answer()
  expect(await Promise.all([late, later, other])).toEqual([3, 3, 3])
})

test('an answer that fails fails for those who share it, and not for the next', async () => {
  let asked = 0
  const find = createCoalesced<string, number>(async () => {
    if (asked++ === 0) throw new Error('away')
    return asked
  })
  await expect(Promise.all([find('a', ''), find('a', '')])).rejects.toThrow('away')
  expect(await find('a', '')).toBe(2)
})
