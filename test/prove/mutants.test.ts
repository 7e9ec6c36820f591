import { describe, expect, test } from 'vitest'
import { findRot } from './bitRot.ts'
import { findMutant, mutants, rotMutants, smallScale } from './mutants.ts'
import { sized } from '../sizes.ts'
import { checkPatches, openPatched } from './patchedStore.ts'

/** In CI one of five is looked for; all are tried whether they apply. */
const some = mutants.filter((_, index) => index % sized(1, 8) === 0)

// A proof that finds nothing wrong with a store without its rules proves nothing.
describe('a store with one of its rules left out is found out', () => {
  for (const mutant of some) {
    test(`${mutant.rule} ${mutant.name}`, async () => {
      expect((await findMutant(mutant, 300)).failure).toBeDefined()
    }, 120_000)
  }
  for (const { rule, name, patches } of rotMutants) {
    test(`${rule} ${name}`, async () => {
      const found: string[] = []
      const open = await openPatched(`${rule} ${name}`.replaceAll(/\W+/g, '-'), [...smallScale, ...patches])
      // Which bits flip is up to the seed: one of these finds each.
      for (const seed of [3, 6]) if (found.length === 0) await findRot(seed, open, (_, text) => void found.push(text))
      expect(found).not.toEqual([])
    }, 120_000)
  }
})

// One that does not apply tries nothing.
test.each([...mutants, ...rotMutants])('the patches of $rule $name apply', async ({ rule, name, patches }) => {
  await expect(checkPatches(`${rule} ${name}`, [...smallScale, ...patches])).resolves.toBeUndefined()
})
