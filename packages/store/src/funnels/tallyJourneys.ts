import { createHitBatch, fillHits, room, type HitBatch } from '../sessionIndex/hitBatch.ts'
import { lookUp } from '../sessionIndex/lookUp.ts'
import type { IndexColumns } from '../sessionIndex/sessionIndex.ts'
import type { JourneyPlan, JourneySums } from './journeys.ts'
import { stepKey } from './journeyStep.ts'
import { findStepMasks, isView } from './stepTests.ts'
import type { IndexTally } from './visitCounter.ts'

/** A hit that is no step. */
const none = -1
/** A step that no hit is. */
const absent = -2
/** A pageview, whose path says which step it is. */
const byPath = -3

/**
 * Counts as `addVisit` of `createJourneys` does. Steps have numbers: those of pages are the codes of their paths, those of
 * events come behind them.
 */
export function createJourneyTally(plan: JourneyPlan, columns: IndexColumns, sums: JourneySums): IndexTally {
  const { isFrom, isBack, hasEvents } = plan
  const { kind, path } = columns
  const pages = path.values.length
  const ofKind = Int32Array.from(kind.values, ({ type, interactive }, code) => {
    if (type === 'pageview') return byPath
    return hasEvents && interactive ? pages + code : none
  })
  const ofPath = Int32Array.from(path.values, (_, code) => code)
  const keys = [...path.values.map((page) => stepKey({ page })), ...kind.values.map(({ name }) => stepKey({ event: name }))]
  const along = numbersOf(plan.along)
  const from = isFrom && findStepMasks([isFrom], columns)
  const counts = sums.counts.map(() => new Float64Array(keys.length))
  let hits: HitBatch | undefined
  let steps: Int32Array = new Int32Array(0)
  let read: Int32Array = new Int32Array(0)
  let starts: Int32Array = new Int32Array(0)

  return {
    add(visits) {
      sums.visits += visits.count
      hits ??= createHitBatch(visits)
      for (let next = 0; next < visits.count; ) {
        next = fillHits(hits, next)
        readSteps(hits)
        for (let at = 0, end = 0; at < hits.count; at = end) {
          for (end = at + 1; end < hits.count && hits.owner[end] === hits.owner[at]; ) end++
          addVisit(at, end)
        }
      }
    },
    endSpan: () => undefined,
    end() {
      for (const [column, its] of counts.entries()) {
        const to = sums.counts[column]!
        for (const [step, visits] of its.entries()) if (visits > 0) to.set(keys[step]!, (to.get(keys[step]!) ?? 0) + visits)
      }
    },
  }

  /** Events that are steps come once: passive ones of the same name are none. */
  function numbersOf(wanted: readonly string[]): number[] {
    return wanted.map((key) => {
      const page = keys.indexOf(key)
      if (page !== -1 && page < pages) return page
      return keys.findIndex((each, step) => step >= pages && each === key && ofKind[step - pages] === step)
    }).map((step) => (step === -1 ? absent : step))
  }

  function readSteps({ at, count }: HitBatch): void {
    steps = room(steps, count)
    read = room(read, count)
    lookUp(kind.codes, at, count, ofKind, steps)
    lookUp(path.codes, at, count, ofPath, read)
    for (let i = 0; i < count; i++) if (steps[i] === byPath) steps[i] = read[i]!
    if (from === undefined) return
    starts = room(starts, count)
    lookUp(kind.codes, at, count, from.ofKind, starts)
    lookUp(path.codes, at, count, from.ofPath, read)
    for (let i = 0; i < count; i++) starts[i] = starts[i] === isView ? read[i]! : starts[i]!
  }

  /** Of the hits `[first, end)` of a batch. */
  function addVisit(first: number, end: number): void {
    let at = isBack ? end : first - 1
    let last = none
    if (from !== undefined) {
      for (at = first; at < end && starts[at] === 0; ) at++
      if (at === end) return
      last = steps[at]!
    }
    sums.started++
    walk(at, last, isBack ? -1 : 1, isBack ? first - 1 : end)
  }

  function walk(from: number, begin: number, by: number, end: number): void {
    let last = begin
    let column = 0
    for (let at = from + by; at !== end; at += by) {
      const step = steps[at]!
      if (step === none || step === last) continue
      last = step
      counts[column]![step] = counts[column]![step]! + 1
      if (column < along.length && step !== along[column]) return
      if (++column === counts.length) return
    }
    sums.ended[column]!++
  }
}
