import { oneOf } from './oneOf.ts'

/**
 * Refuses what is no field of an object, as Plausible does: who writes `filter` for `filters` would else be told the
 * numbers of everybody.
 *
 * @param field what the object is called in messages
 * @throws QueryError naming the field, the one that may be meant, and all that there are
 */
export function assertFields(field: string, object: Readonly<Record<string, unknown>>, allowed: readonly string[]): void {
  for (const name of Object.keys(object)) oneOf<string>(field, name, allowed)
}
