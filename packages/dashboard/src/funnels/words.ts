import type { Step } from './step.ts'

type ByKind = Readonly<Record<Step['kind'], string>>

/** The words of funnels. */
export const words = {
  explain: 'How far visits come: each step is the first of its kind behind the step before, whatever lies between. The period and the filters above choose the visits.',
  make: 'Make a funnel',
  empty: 'There are no funnels yet. Make one of the steps that visitors should take, such as /pricing, then the event signup.',
  emptyForViewer: 'There are no funnels yet. An owner of this dashboard can make one.',
  title: 'A new funnel',
  name: 'Name',
  steps: 'Steps',
  kinds: { page: 'Page', event: 'Event', goal: 'Goal' } as ByKind,
  stepNamed: (number: number): string => `Step ${number}`,
  kindOf: (number: number): string => `Kind of step ${number}`,
  valueNames: { page: 'path, * for any part', event: 'name of the event', goal: 'name of the goal' } as ByKind,
  examples: { page: '/pricing', event: 'signup', goal: 'Signup' } as ByKind,
  addStep: 'Add a step',
  removeStep: (number: number): string => `Remove step ${number}`,
  save: 'Save',
  remove: 'Remove',
  removeNamed: (name: string): string => `Remove ${name}`,
  removeTitle: 'Remove a funnel',
  removeSays: (name: string, steps: number, visitors: string): string =>
    `The funnel “${name}” with its ${steps} steps is removed for everybody who looks at this page. The hits of the ${visitors} that it counts in this period stay: made again, it counts the same.`,
  visitors: (count: string): string => (count === '1' ? '1 visitor' : `${count} visitors`),
  gist: (last: string, first: string, rate: string): string => `${last} of ${first} who began came to the end: ${rate}.`,
  nobody: 'Nobody took the first step in this period.',
  columns: { step: 'Step', visitors: 'Visitors', visits: 'Visits', dropOff: 'Dropped off', ofBefore: 'Of step before', ofFirst: 'Of first' },
  table: (name: string): string => `${name}: steps`,
  /** The way to the journeys that begin with the step. */
  next: 'what next?',
  nextAfter: (step: string): string => `what next? after ${step}`,
}
