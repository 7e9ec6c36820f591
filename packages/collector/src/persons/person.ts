import type { Subject } from '@treadlight/store'

/** By what a person is named. */
export const personKinds = ['user', 'session', 'visitor'] as const

/** Somebody within a site: by user id, session id or visitor hash, as hits have them. */
export type Person = { user: string } | { session: string } | { visitor: string }

/** Characters of the longest name; ids of hits are shorter. */
const longest = 1000

/**
 * The person that parameters name, by exactly one of them.
 *
 * @param mark what stands before the names, such as `--`
 * @returns what is wrong, beginning with the parameter
 */
export function readPerson(given: Readonly<Record<string, unknown>>, mark = ''): Person | string {
  const [kind, another] = personKinds.filter((name) => given[name] !== undefined)
  if (kind === undefined) return `${mark}user: name a person by it, by ${mark}session or by ${mark}visitor`
  if (another !== undefined) return `${mark}${kind} and ${mark}${another}: name one person at a time`
  const id = given[kind]
  if (typeof id !== 'string' || id === '') return `${mark}${kind}: needs an id, as hits have it`
  if (id.length > longest) return `${mark}${kind}: must have at most ${longest} characters`
  return { [kind]: id } as Person
}

/** The person as stores erase them. */
export function subjectOf(site: string, person: Person): Subject {
  return { site, ...person }
}

/** `user 42` */
export function namePerson(person: Person): string {
  return Object.entries(person)[0]!.join(' ')
}
