import { engineNames, hasEngine, type EngineName } from '../../scripts/engines.ts'
import { browserCaseNames, type BrowserCaseName } from './browsersCases.ts'
import type { CaseOutcome } from './browsersJudge.ts'
import { roundOfBrowsers, type RoundOutcome } from './browsersRound.ts'
import { seededRandom } from './random.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

/**
 * Pages in real engines, on whose way to a real collector everything goes wrong that can: what they made is what the
 * collector has, each hit once. A round is each case once in each engine, the engines side by side.
 */
export async function browsers({ runs, seed, progress, say = () => {}, only = {}, signal }: ProveOptions): Promise<ProveResult> {
  const engines = chooseEngines(only.engine)
  const cases = chooseCases(only.case)
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  const tallies = new Map<string, CaseTally>()
  while (result.runs < runs && !signal?.aborted) {
    // Each engine has its own source of numbers: which comes first differs from run to run.
    const random = (engine: EngineName) => seededRandom(seed + result.runs * engineNames.length + engineNames.indexOf(engine))
    // All end before one throws: each has processes to end.
    const outcomes = await Promise.allSettled(engines.map((engine) => roundOfBrowsers({ engine, cases, random: random(engine) })))
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      add(engines[index]!, outcome.value)
    }
    say(`round ${++result.runs} of ${runs}: ${result.hits} hits so far, ${result.lost} lost, ${result.twice} twice, ${Math.round(performance.now() / 1000)} s`)
    progress(result.runs, result)
  }
  for (const [name, tally] of tallies) say(describe(name, tally))
  return result

  function add(engine: EngineName, { cases, lost, twice, serverErrors, stored, remarks }: RoundOutcome): void {
    for (const remark of remarks) say(`round ${result.runs + 1}: ${engine}: ${remark}`)
    result.lost += lost
    result.twice += twice
    result.serverErrors += serverErrors
    result.hits += stored
    for (const outcome of cases) {
      result.pageErrors += outcome.pageErrors.length
      const name = `${engine}, ${outcome.name}`
      tallies.set(name, addTo(tallies.get(name), outcome))
      for (const line of complaints(outcome)) say(`round ${result.runs + 1}: ${name}: ${line}`)
    }
  }
}

type CaseTally = Record<'made' | 'lost' | 'twice' | 'unsure' | 'arrived' | 'pageErrors', number>

function chooseEngines(only: string | undefined): EngineName[] {
  const chosen = choose(engineNames, only, 'engine')
  const missing = chosen.filter((name) => !hasEngine(name))
  if (missing.length > 0) throw new Error(`prove browsers: no ${missing.join(' and ')} here. npm test installs them when root on Debian; or name one with --engine`)
  return chosen
}

function chooseCases(only: string | undefined): BrowserCaseName[] {
  return choose(browserCaseNames, only, 'case')
}

function choose<T extends string>(names: readonly T[], only: string | undefined, what: string): T[] {
  const chosen = names.filter((name) => only === undefined || name === only)
  if (chosen.length === 0) throw new Error(`prove browsers: no ${what} ${only}: it is one of ${names.join(', ')}`)
  return chosen
}

function addTo(tally: CaseTally | undefined, { made, lost, twice, unsure, arrived, pageErrors }: CaseOutcome): CaseTally {
  const its: CaseTally = { made, lost: lost.length, twice: twice.length, unsure, arrived, pageErrors: pageErrors.length }
  if (!tally) return its
  for (const key of Object.keys(its) as (keyof CaseTally)[]) its[key] += tally[key]
  return its
}

function complaints({ lost, twice, pageErrors }: CaseOutcome): string[] {
  return [...lost.map((hit) => `${hit} is lost`), ...twice.map((hit) => `${hit} is there twice`), ...pageErrors]
}

function describe(name: string, { made, lost, twice, unsure, arrived, pageErrors }: CaseTally): string {
  const unsaid = unsure > 0 ? `; ${arrived} of ${unsure} arrived that were not on the device` : ''
  return `${name}: ${made} made, ${lost} lost, ${twice} twice, ${pageErrors} page errors${unsaid}`
}
