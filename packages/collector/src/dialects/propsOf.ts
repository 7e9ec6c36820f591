import { cutText, maxProps, textLimits, type PropValue } from '@treadlight/protocol'
import { isObject } from '../isObject.ts'

/** Levels below which an object is no longer taken apart. */
const deepest = 4

/** How much of an array is looked at: its text is cut anyway. */
const maxItems = 100

/**
 * The properties that an object of another product's client says. Properties have no levels here: what is inside another
 * object gets a name with dots, `{ a: { b: 1 } }` becomes `a.b`, and an array becomes its text, as Umami shows both. What is
 * blank, or deeper than that, is left out, and no more is looked at than is kept.
 */
export function propsOf(value: unknown): Record<string, PropValue> | undefined {
  if (!isObject(value)) return undefined
  const found: [string, PropValue][] = []
  collect(value, '', deepest, found)
  // fromEntries defines properties instead of assigning them, so a key named __proto__ stays a plain name.
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

function collect(object: Record<string, unknown>, prefix: string, levels: number, found: [string, PropValue][]): void {
  for (const key in object) {
    if (found.length >= maxProps) return
    const value = object[key]
    const name = cutText(`${prefix}${key}`, textLimits.propKey)
    if (!isObject(value)) addProp(name, Array.isArray(value) ? listText(value) : value, found)
    else if (levels > 1) collect(value, `${name}.`, levels - 1, found)
  }
}

function addProp(name: string, value: unknown, found: [string, PropValue][]): void {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) found.push([name, value])
  else if (typeof value === 'string' && value !== '') found.push([name, value])
}

/** Of what is inside an array only that it was there: there is no end to how deep that may be. */
function listText(items: readonly unknown[]): string {
  return JSON.stringify(items.slice(0, maxItems).map((item) => (typeof item === 'object' && item !== null ? '…' : item)))
}
