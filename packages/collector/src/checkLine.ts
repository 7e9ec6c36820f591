import type { Check } from '@treadlight/store'

/** A check as the owner reads it, with what to do about it on a second line. */
export function checkLine({ name, ok, detail, remedy }: Check): string {
  const mark = ok === true ? '✓' : ok === 'warning' ? '!' : '✗'
  // Messages of errors name the remedy themselves.
  const isSaid = ok === true || remedy === undefined || remedy === 'see the message'
  return `  ${mark} ${name}: ${detail}${isSaid ? '' : `\n    → ${remedy}`}`
}
