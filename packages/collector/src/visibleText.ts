/** C0 and C1 controls, marks that turn the direction of text, and halves of surrogate pairs: none can be seen, all can mislead. */
const unseen = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Whether a value is a text that can be seen, of so many characters at most. */
export function isVisibleText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= most && !unseen.test(value)
}
