import { idTime } from '@treadlight/protocol'
import { nameOfHit } from '../browsers/proof/told.ts'
import type { BrowserCaseName } from './browsersCases.ts'
import type { Scene } from './browsersScene.ts'

/** What the collector has when all is over. */
export interface Stored {
  /** By reading its files. */
  ids: readonly string[]
  /** As its stats API counts them; it counts no engagement, which belongs to its view. */
  hits: number
  pageviews: number
}

export interface CaseOutcome {
  name: BrowserCaseName
  made: number
  /** Made, had to arrive, and are not there; or the page did something of which no hit was made. */
  lost: string[]
  /** There more than once, or made more than once of what the page did. */
  twice: string[]
  /** Made by pages that went without warning, and not known to be on the device; and how many of those arrived. */
  unsure: number
  arrived: number
  pageErrors: string[]
}

/** A page that goes without warning may have sent a hit and not been able to say so; not so much earlier, ms: on a busy machine browsers keep beacons for seconds. */
const lastMoment = 10_000

/** Compares what all pages made with what is there. */
export function judgeScenes(
  scenes: ReadonlyMap<BrowserCaseName, Scene>,
  stored: Stored,
): { cases: CaseOutcome[]; stored: number; lost: number; twice: number; remarks: string[] } {
  const there = new Map<string, string[]>()
  for (const id of stored.ids) there.set(nameOfHit(id), [...(there.get(nameOfHit(id)) ?? []), id])
  const cases = [...scenes].map(([name, scene]) => judgeScene(name, scene, there))
  const unknown = findUnknown([...scenes.values()], stored.ids)
  const { missing, surplus } = judgeCounts([...scenes.values()], stored, there, unknown.unsure)
  return {
    cases,
    stored: stored.ids.length,
    lost: sum(cases.map(({ lost }) => lost.length)) + missing,
    twice: sum(cases.map(({ twice }) => twice.length)) + unknown.surplus.length + surplus,
    remarks: [
      ...unknown.surplus.map((id) => `${id} is stored and no page has told of it (${describeAge(id, scenes)})`),
      ...(missing > 0 ? [`${missing} of the stored hits are not counted`] : []),
      ...(surplus > 0 ? [`${surplus} more are counted than are stored`] : []),
    ],
  }
}

/** @param there ids of what is stored, by name */
function judgeScene(name: BrowserCaseName, scene: Scene, there: ReadonlyMap<string, readonly string[]>): CaseOutcome {
  const { made, acts, errors } = scene.site.record
  const required = new Set(scene.required().map(({ id }) => nameOfHit(id)))
  const unsure = [...made.keys()].filter((hit) => !required.has(hit))
  // A page that goes without warning may not have been able to say what it did last.
  const { tooFew, tooMany } = scene.brokenOff > 0 ? { tooFew: [], tooMany: [] } : compareActs([...acts], [...made.values()])
  return {
    name,
    made: made.size,
    lost: [...[...required].filter((hit) => !there.has(hit)), ...tooFew],
    twice: [...[...made.keys()].filter((hit) => (there.get(hit)?.length ?? 0) > 1).map((hit) => there.get(hit)!.join(' and ')), ...tooMany],
    unsure: unsure.length,
    arrived: unsure.filter((hit) => there.has(hit)).length,
    pageErrors: [...errors],
  }
}

/** By number, for a hit does not say of what it is. */
function compareActs(acts: readonly string[], made: readonly { type: string }[]): { tooFew: string[]; tooMany: string[] } {
  const kinds = [['view', 'pageview'], ['event', 'event']] as const
  const differences = kinds.map(([kind, type]) => {
    const done = acts.filter((act) => act.startsWith(kind)).length
    const hits = made.filter((hit) => hit.type === type).length
    return { text: `one of ${hits} hits of ${done} ${kind}s`, difference: hits - done }
  })
  const repeat = (sign: number): string[] => differences.flatMap(({ text, difference }) => Array.from({ length: Math.max(0, sign * difference) }, () => text))
  return { tooFew: repeat(-1), tooMany: repeat(1) }
}

function findUnknown(scenes: readonly Scene[], ids: readonly string[]): { unsure: number; surplus: string[] } {
  const known = new Set(scenes.flatMap(({ site }) => [...site.record.made.keys()]))
  const unknown = ids.filter((id) => !known.has(nameOfHit(id)))
  const isExcused = (id: string): boolean => scenes.some(({ ends }) => ends.some((end) => idTime(id) <= end && idTime(id) > end - lastMoment))
  const surplus = unknown.filter((id) => !isExcused(id))
  return { unsure: unknown.length - surplus.length, surplus }
}

/** How long before each case ended its page. */
function describeAge(id: string, scenes: ReadonlyMap<BrowserCaseName, Scene>): string {
  return [...scenes].flatMap(([name, { ends }]) => ends.map((end) => `${name}: ${end - idTime(id)} ms before its end`)).join(', ')
}

/** The API has to count exactly what the files hold. */
function judgeCounts(
  scenes: readonly Scene[],
  { ids, hits, pageviews }: Stored,
  there: ReadonlyMap<string, unknown>,
  unknown: number,
): { missing: number; surplus: number } {
  const countable = ids.length - scenes.flatMap(({ site }) => [...site.record.made]).filter(([name, { type }]) => type === 'engagement' && there.has(name)).length
  const views = scenes.flatMap(({ site }) => [...site.record.made]).filter(([name, { type }]) => type === 'pageview' && there.has(name)).length
  return {
    missing: Math.max(0, countable - hits - unknown) + Math.max(0, views - pageviews),
    surplus: Math.max(0, hits - countable) + Math.max(0, pageviews - views - unknown),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
