import type { DayOfFacts, Portable, SiteMarks } from './portable.ts'
import { createFactCounter, type FactCounter, type FactTally } from './tallyFacts.ts'

/** What a site's hits come to, and what is said about them. */
export interface SiteTally {
  /** By home day. */
  days: ReadonlyMap<string, FactTally>
  marks: SiteMarks
  /** Names of erased hits that no mark names yet. */
  erased: readonly string[]
}

/** @param onPiece told of each piece that was counted */
export async function tallySite(store: Portable, site: string, onPiece: (piece: DayOfFacts) => void = () => undefined): Promise<SiteTally> {
  const days = new Map<string, FactCounter>()
  const erased: string[] = []
  for await (const piece of store.facts(site)) {
    const counter = days.get(piece.day) ?? createFactCounter()
    counter.add(piece.facts)
    days.set(piece.day, counter)
    erased.push(...(piece.erased ?? []))
    onPiece(piece)
  }
  const tallies = [...days].map(([day, counter]) => [day, counter.tally()] as const)
  return { days: new Map(tallies.filter(([, { facts }]) => facts > 0)), marks: await store.marks(site), erased }
}
