import { version } from '../version.ts'

/** Says who asks, for the log of the one who is asked. */
export const checkAgent: string = `Treadlight/${version} (installation check, asked for by the site's owner)`

/** Whether a content type says HTML. */
export function isHtml(type: string): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i.test(type)
}
