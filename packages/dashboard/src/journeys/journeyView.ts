import { readStep, writeStep, type Step } from '../funnels/step.ts'
import type { View } from '../view.ts'
import { mostColumns, type JourneyView } from './journeyApi.ts'

/** What the steps that were chosen are called in an address. */
const places = ['first', 'second', 'third', 'fourth'] as const

/** Reads what an address asks for: steps behind one that is none are left out. */
export function readJourneyView(more: View['more']): JourneyView {
  const read = places.map((place) => readStep(more[place]))
  const end = read.findIndex((step) => step === undefined || step.kind === 'goal')
  return {
    start: readStep(more['start']),
    direction: more['direction'] === 'before' ? 'before' : 'after',
    hasEvents: more['only'] !== 'pages',
    along: read.slice(0, end === -1 ? mostColumns - 1 : end) as Step[],
  }
}

/** The reverse of `readJourneyView`. */
export function writeJourneyView({ start, direction, hasEvents, along }: JourneyView): View['more'] {
  const written = [
    ['start', start && writeStep(start)],
    ['direction', direction === 'before' ? direction : undefined],
    ['only', hasEvents ? undefined : 'pages'],
    ...places.map((place, index) => [place, along[index] && writeStep(along[index])]),
  ]
  return Object.fromEntries(written.filter(([, value]) => value !== undefined)) as View['more']
}
