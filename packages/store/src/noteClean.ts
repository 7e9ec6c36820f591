import type { CleanDays } from './cleanDays.ts'
import type { DayCheck } from './dayCheck.ts'
import { fingerprint } from './fingerprint.ts'
import type { KeptShelf } from './shelf.ts'
import type { SiteLog } from './siteLog.ts'

export interface CleanNotingOptions<Rollup> {
  log: SiteLog
  shelf: KeptShelf<Rollup>
  check: DayCheck
  cleanDays: CleanDays
  /** What the storage says already, as far as this process has seen. */
  noted: { sought: string; prints: ReadonlySet<string> }
}

/**
 * Has the storage say of which days it is known here that nobody is in them who was erased, where something on the shelf is
 * older than an erasure: see `CleanDays`. What upkeep has looked at in one round is noted in that round, so that a process
 * that lives for one round only gets on with it too.
 *
 * @param isThorough whether also what is there is looked at, and what is not needed any more is deleted
 * @returns how many values were deleted
 */
export async function noteClean<Rollup>(options: CleanNotingOptions<Rollup>, isThorough: boolean): Promise<number> {
  const { log, check, cleanDays, noted } = options
  // Such values are there only where there are erasures, and those stay for ever.
  if (log.erasures.size === 0) return 0
  const sought = check.sought
  const found = [...findClean(options)]
  const areNoted = (prints: ReadonlySet<string>) => found.every((print) => prints.has(print))
  if (!isThorough) {
    if (found.length === 0 || (noted.sought === sought && areNoted(noted.prints))) return 0
    // Another process may have done it.
    Object.assign(noted, { sought, prints: await cleanDays.read(sought) })
    if (areNoted(noted.prints)) return 0
  }
  const there = new Set([...log.catalog.days.values()].map(fingerprint))
  const deleted = await cleanDays.keep({ sought, fingerprints: found }, (print) => there.has(print))
  Object.assign(noted, { sought, prints: await cleanDays.read(sought) })
  return deleted
}

/** Of the days of which something on the shelf may be asked, and only because somebody has looked. */
function findClean<Rollup>({ log, shelf, check }: CleanNotingOptions<Rollup>): Set<string> {
  const found = new Set<string>()
  for (const { header, unfit } of shelf.entries.values()) {
    if (header === undefined || unfit !== undefined || !check.isAsked(header.marks)) continue
    for (const [day, print] of Object.entries(header.days)) {
      const files = log.catalog.days.get(day)
      if (files !== undefined && fingerprint(files) === print && check.isErased(files, header.marks) === false) found.add(print)
    }
  }
  return found
}
