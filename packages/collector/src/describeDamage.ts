import { adoptionTime, type Check, type StorageProblem, type VerifyProblem } from '@treadlight/store'
import { isLoss } from './damage.ts'
import { count } from './progress.ts'

/** More than this are counted only. */
const maxListed = 20

/** What was found damaged, what that means, and what to do about it. @param now ms since 1970 */
export function* describeDamage(problems: readonly (StorageProblem | VerifyProblem)[], now: number): Generator<Check> {
  if (problems.length === 0) return yield { name: 'damage', ok: true, detail: 'none found' }
  for (const problem of problems.slice(0, maxListed)) yield describeProblem(problem, now)
  const others = problems.slice(maxListed)
  if (others.length > 0) yield { name: 'damage', ok: others.some(isLoss) ? false : 'warning', detail: `and ${count(others.length, 'problem')} more: see --json` }
  return undefined
}

function describeProblem(problem: StorageProblem | VerifyProblem, now: number): Check {
  const { key, offset, reason } = problem
  const name = 'damage'
  const more = 'detail' in problem && problem.detail !== undefined ? `: ${problem.detail}` : ''
  if (!isLoss(problem)) {
    const detail = `${key} ends at byte ${offset} in the middle of a write that was cut off; nobody was told that it had worked`
    return { name, ok: 'warning', detail, remedy: 'nothing: what is whole is counted' }
  }
  // Nothing is lost, and the message says what to do.
  if (reason === 'later') return { name, ok: false, detail: `${key}${more}`, remedy: 'see the message' }
  const remedy = 'restore this value from a backup; until then what it held is not counted, and everything else is'
  if (reason === 'missing') return { name, ok: false, detail: `${key} is missing${more}`, remedy }
  const what = { torn: 'its end is missing', checksum: 'its bytes are not those that were written', content: 'it does not say what it should' }[reason]
  return { name, ok: false, detail: `${key}: ${what} (byte ${offset})${more}`, remedy: describeAdoption(key, now) ?? remedy }
}

/** What becomes of the segments of a damaged manifest; undefined for what is none. */
function describeAdoption(key: string, now: number): string | undefined {
  const time = adoptionTime(key)
  if (time === undefined || !Number.isFinite(time)) return undefined
  if (time < now) return 'run treadlight compact, which takes up again what it named; if this stays, restore the damaged segments, or this value, from a backup'
  const from = `${new Date(time).toISOString().slice(0, 16)}Z`
  return `nothing but to wait: from ${from} on, upkeep (a running collector’s, or treadlight compact) takes up again what it named, which may not be counted until then; or restore this value from a backup`
}
