/** One place of a journey: exactly this page, or an event of this name. */
export type JourneyStep = { page: string } | { event: string }

/** What tells steps apart. */
export function stepKey(step: JourneyStep): string {
  return 'page' in step ? `page ${step.page}` : `event ${step.event}`
}

/** The reverse of `stepKey`. */
export function stepOf(key: string): JourneyStep {
  return key.startsWith('page ') ? { page: textOf(key) } : { event: textOf(key) }
}

/** The path or the name of a `stepKey`. */
export function textOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}
