import { describe, expect, test } from 'vitest'
import { engineNames, hasEngine } from '../../scripts/engines.ts'
import { browserCaseNames } from '../prove/browsersCases.ts'
import { roundOfBrowsers } from '../prove/browsersRound.ts'
import { seededRandom } from '../prove/random.ts'

// Each case once in each engine that is here; the full size is `npm run prove -- browsers`.

describe.concurrent('what pages made is what the collector has, each hit once, and no page noticed', () => {
  for (const engine of engineNames) {
    test.skipIf(!hasEngine(engine))(`T5 ${engine}: ${browserCaseNames.join(', ')}`, async () => {
      const outcome = await roundOfBrowsers({ engine, cases: browserCaseNames, random: seededRandom(3 + engineNames.indexOf(engine)) })
      const complaints = outcome.cases.flatMap(({ name, lost, twice, pageErrors }) => [...lost, ...twice, ...pageErrors].map((what) => `${name}: ${what}`))
      expect([...complaints, ...outcome.remarks]).toEqual([])
      expect(outcome).toMatchObject({ lost: 0, twice: 0, serverErrors: 0 })
      for (const { name, made } of outcome.cases) expect(made, name).toBeGreaterThan(2)
    }, 300_000)
  }
})
