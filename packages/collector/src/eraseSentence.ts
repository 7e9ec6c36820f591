import type { Erased } from './eraseNow.ts'
import { count } from './progress.ts'

/** What waits for destinations, or is dead there, by their names. */
export type WaitingHits = ReadonlyMap<string, { waiting: number; dead: number }>

/** The same as programs are told of it. */
export function listWaiting(waiting: WaitingHits): object[] {
  return Array.from(waiting, ([name, counts]) => ({ name, ...counts }))
}

export interface EraseSentenceOptions {
  dryRun: boolean
  /** What of theirs other systems do not have yet. @default nothing is known of any */
  waiting?: WaitingHits | undefined
  /** What becomes of bytes that are left. */
  later: string
}

/** What an erasure came to, or would come to, for people. @param whom such as `user 42 of site default` */
export function eraseSentence(whom: string, { report: { erased, pageviews, events, engagement }, finished, unknown = false }: Erased, { dryRun, waiting, later }: EraseSentenceOptions): string {
  const parts = `${count(pageviews, 'pageview')}, ${count(events, 'event')}, ${count(engagement, 'engagement report')}`
  const outside = waiting === undefined || waiting.size === 0 ? '' : ` ${sayWaiting(waiting, dryRun)}`
  // Whoever asks again after an erasure asks for that.
  const left = finished ? '' : ' Bytes of what was erased before are still in the storage, until upkeep is done.'
  if (dryRun) return erased === 0 && outside === '' ? `Nothing is there of ${whom}; nothing would be erased.${left}` : `${count(erased, 'hit')} of ${whom} would be erased: ${parts}.${outside} Nothing was changed.`
  const said = erased === 0 ? `Nothing was there of ${whom}; what may still arrive from before now is left out.` : `Erased ${count(erased, 'hit')} of ${whom}: ${parts}.${outside}`
  const gone = finished ? 'That is in force now, and nothing of them is left in the storage.' : unknown ? 'That is in force now.' : later
  return `${said}\n${gone}\nCopies that you made before, such as backups and exports, still have them.`
}

function sayWaiting(waiting: WaitingHits, dryRun: boolean): string {
  const each = Array.from(waiting, ([name, { waiting, dead }]) => `${name} (${waiting} waiting, ${count(dead, 'dead letter')})`)
  return `${dryRun ? 'So would what has not reached destinations' : 'So is what had not reached destinations'}: ${each.join(', ')}.`
}
