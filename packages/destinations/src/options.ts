import type { CommonOptions } from './destination.ts'

/** How an option is to be, for people: what fails it would otherwise be found out by the hits that never come. */
const common: Record<keyof CommonOptions, [rule: string, holds: (value: unknown) => boolean]> = {
  name: ['a text', (value) => typeof value === 'string'],
  sites: ['a list of ids of sites', (value) => Array.isArray(value) && value.every((id) => typeof id === 'string')],
  redact: ['a function', (value) => typeof value === 'function'],
  maxAge: ['a number of ms, more than 0', (value) => typeof value === 'number' && value > 0],
  maxBatch: ['a whole number, more than 0', (value) => Number.isInteger(value) && Number(value) > 0],
  allowPrivate: ['true or false', (value) => typeof value === 'boolean'],
}

/**
 * Those of the options that every destination has; what is left out stays out, so that it cannot hide a default.
 *
 * @param options a mistyped `redact` would let out what is not to leave, so there must be no others
 * @param own but for these, the destination's own
 * @throws TypeError for an option that there is not, or that is of another sort
 */
export function commonOf(destination: string, options: CommonOptions, own: readonly string[] = []): CommonOptions {
  const said = Object.entries(options).filter(([option, value]) => value !== undefined && !own.includes(option))
  for (const [option, value] of said) {
    if (!Object.hasOwn(common, option)) throw optionError(destination, `there is no option ${option}; besides its own there are ${Object.keys(common).join(', ')}`)
    const [rule, holds] = common[option as keyof CommonOptions]
    if (!holds(value)) throw optionError(destination, `${option} must be ${rule}`)
  }
  return Object.fromEntries(said)
}

/**
 * Refuses what is left out although nothing goes without it, mostly an environment variable that is not set.
 *
 * @throws TypeError naming the option and what it is
 */
export function assertGiven(destination: string, option: string, value: unknown, meaning: string): void {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (value === undefined || value === null || value === '' || isEmpty) throw optionError(destination, `${option} is missing: ${meaning}`)
}

/** Refuses the empty text that `process.env.TOKEN ?? ''` becomes: a system would be sent a token that is none. */
export function assertNotEmpty(destination: string, option: string, value: unknown): void {
  if (value === '') throw optionError(destination, `${option} is empty: leave it out if there is none`)
}

function optionError(destination: string, message: string): TypeError {
  return new TypeError(`[treadlight destinations] ${destination}: ${message}`)
}
