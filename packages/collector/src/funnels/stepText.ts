import type { VisitStep } from '@treadlight/store'

/** How a step is written on a command line: a path, `event:NAME` or `goal:NAME`. */
export function writeStep(step: VisitStep): string {
  if ('page' in step) return step.page
  return 'event' in step ? `event:${step.event}` : `goal:${step.goal}`
}

/** As `writeStep` writes it; whether there can be such a step, `readStep` says. */
export function parseStep(text: string): VisitStep {
  if (text.startsWith('event:')) return { event: text.slice('event:'.length) }
  return text.startsWith('goal:') ? { goal: text.slice('goal:'.length) } : { page: text }
}
