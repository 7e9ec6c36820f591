import { textLimits } from '@treadlight/protocol'
import type { Goal } from '@treadlight/store'
import { suggest } from '../settings.ts'
import { isVisibleText } from '../visibleText.ts'

const fields = ['site_id', 'event', 'page', 'name']

/**
 * Reads a goal as `POST /api/goals` takes it: `{ event }` or `{ page }`, and its name where it is to have one of its own.
 * A page's goal is by default called as Plausible calls it, so that its integrations find it.
 *
 * @returns what is wrong with it otherwise, naming the field
 */
export function readGoal(body: Readonly<Record<string, unknown>> | undefined): Goal | string {
  if (!body) return 'The body must be a JSON object'
  const unknown = Object.keys(body).find((field) => !fields.includes(field))
  if (unknown !== undefined) return `body: ${JSON.stringify(unknown.slice(0, 80))} is unknown; ${suggest(unknown.slice(0, 80), fields)}`
  const { event, page, name } = body
  if ((event === undefined) === (page === undefined)) return 'event: give either event, the name of an event, or page, a path such as /thanks or /blog/*'
  if (page !== undefined && !isPath(page)) return `page: must be a path such as /thanks or /blog/*, of at most ${textLimits.url} characters`
  if (event !== undefined && !isName(event)) return `event: must be the name of an event, of at most ${textLimits.name} characters`
  const own = name ?? (page === undefined ? event : `Visit ${page as string}`.slice(0, textLimits.name))
  if (!isName(own)) return `name: must be a text of at most ${textLimits.name} characters`
  return page === undefined ? { name: own, event: event as string } : { name: own, page }
}

/** Whether it can be what an event or a goal is called. */
export function isName(value: unknown): value is string {
  return isVisibleText(value, textLimits.name)
}

/** Whether it can be a path, with `*` for any text. */
export function isPath(value: unknown): value is string {
  return isVisibleText(value, textLimits.url) && /^[/*]/.test(value)
}
