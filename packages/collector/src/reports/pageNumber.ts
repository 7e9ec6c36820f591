/** Entries on a page of django-pagetimer's lists (PT09). */
export const entriesPerPage = 100

/**
 * Which page of a list to show (PT12): the first where it was asked for no number, the last where it was asked for one
 * that is not there.
 *
 * @param wanted the parameter `page`
 * @returns from 1 on
 */
export function pageNumber(wanted: string | null, count: number, perPage: number = entriesPerPage): number {
  const last = Math.max(1, Math.ceil(count / perPage))
  if (wanted === 'last') return last
  if (wanted === null || !/^-?\d+$/.test(wanted)) return 1
  const number = Number(wanted)
  // Django's paginator takes a page below the first for one that is not there, too.
  return number < 1 || number > last ? last : number
}
