import { fields, guard, halt } from './page.ts'

/** What may be ignored: pages on this very machine, pages within frames, and visitors who ask not to be counted. */
export type IgnoreReason = 'localhost' | 'iframe' | 'gpc' | 'dnt'

/** What is ignored unless the site says otherwise. */
export const ignoredByDefault = 'localhost iframe'

/** The visitor wants not to be counted: stops, and remembers it in this browser. */
export const optOut: () => void = /* @__PURE__ */ guard(() => {
  halt(3)
  localStorage['treadlight'] = 1
})

/** Says who the visitor is, from now on: a token signed by the site's server. */
export function identify(user: string): void {
  fields.user = user
}

/** Says in hits from now on that the browser is driven by a program, if it is. */
export function flagDriven(): void {
  fields.webdriver = navigator.webdriver || undefined
}

/**
 * Whether this page or visitor is not to be counted.
 *
 * @param ignore names of reasons in one text or a list. Who has opted out is ignored whatever it says.
 */
export function isIgnored(ignore: string | readonly IgnoreReason[]): unknown {
  return (
    guard(() => localStorage['treadlight'])() ||
    // Said aloud, or who tries it out would look for the mistake.
    (/^(127[.\d]+|localhost|\[::1]|)$/.test(location.hostname) && ignore.includes('localhost') && !(console.info('treadlight: localhost') as unknown)) ||
    (self !== top && ignore.includes('iframe')) ||
    ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl && ignore.includes('gpc')) ||
    (navigator.doNotTrack === '1' && ignore.includes('dnt'))
  )
}
