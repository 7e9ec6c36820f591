/** What a parameter may be: `true` and `false` are sent as 1 and 0, undefined and null not at all; '' and 0 are values (SS04). */
export type ParameterValue = string | number | boolean | null | undefined

/** Parameters by the protocol's names, before they are encoded. */
export type WireParameters = Record<string, string | number>

/** What a group takes: all by name, those that are required in any case. */
export type GroupValues<Names extends object, Required extends keyof Names = never> = {
  [Name in keyof Names as Name extends Required ? never : Name]?: ParameterValue
} & { [Name in Required]: string | number }

/** Turns values with names for people into parameters with the protocol's names. */
export type ParameterGroup<Names extends object, Required extends keyof Names = never> = (values: GroupValues<Names, Required>) => WireParameters

/**
 * A group of parameters that are given together. What the protocol's collector understands and nobody here knows, a site may
 * define for itself in the same way; custom dimensions and metrics get their names so (SS06, SS08).
 *
 * @param group names it in errors
 * @param names the protocol's name by ours
 * @returns a function that throws an Error for names that the group does not have (SS03) and names what is missing (SS02)
 * @example
 * const ours = defineParameters('ours', { plan: 'cd1', seats: 'cm2' })
 * ours({ plan: 'gold', seats: 5 }) // { cd1: 'gold', cm2: 5 }
 */
export function defineParameters<const Names extends Record<string, string>, const Required extends keyof Names & string = never>(
  group: string,
  names: Names,
  required: readonly Required[] = [],
): ParameterGroup<Names, Required> {
  return (values) => {
    const given = Object.entries(values as Record<string, unknown>)
    const unknown = given.filter(([name]) => !Object.hasOwn(names, name)).map(([name]) => name)
    if (unknown.length > 0) throw createParameterError(`${group} has no parameter ${unknown.join(', ')}; it has ${Object.keys(names).join(', ')}`)
    const missing = required.filter((name) => isMissing((values as Record<string, unknown>)[name]))
    if (missing.length > 0) throw createParameterError(`${group}: parameters are required, but missing: ${missing.join(', ')}`)
    return writeParameters(given.map(([name, value]) => [names[name]!, value]))
  }
}

/**
 * Leaves out what is not there.
 * @throws Error for a value that is neither text, number nor boolean
 */
export function writeParameters(entries: readonly (readonly [string, unknown])[]): WireParameters {
  const parameters: WireParameters = {}
  for (const [name, value] of entries) {
    if (value === undefined || value === null) continue
    if (typeof value === 'boolean') parameters[name] = value ? 1 : 0
    else if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) parameters[name] = value
    else throw createParameterError(`${name} must be a text, a finite number or a boolean`)
  }
  return parameters
}

/** Google throws away a hit with an empty one of those that are required; 0 is a value. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

export function createParameterError(message: string): Error {
  return new Error(`[treadlight destinations] Universal Analytics: ${message}`)
}
