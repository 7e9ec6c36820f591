import type { FactParts } from './columnsOfParts.ts'
import type { FieldTexts } from './dayColumns.ts'
import { personsOfTexts } from './personNumbers.ts'
import { createUuidNumbers } from './uuidNumbers.ts'

/** Facts of one home day that lie in several places, as one; undefined where an id is in two of them, so that two facts make one hit. */
export function joinParts(parts: readonly FactParts[]): FactParts | undefined {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const ids = concat(new Int32Array(4 * rows), parts.map((part) => part.ids))
  if (hasTwice(ids, rows)) return undefined
  const textOf: FactParts['text'] = (field) => joinTexts(parts.map((part) => part.text(field)), rows)
  return {
    rows,
    text: textOf,
    persons: (field) => personsOfTexts(textOf(field)),
    number: (field) => concat(new Float64Array(rows), parts.map((part) => part.number(field))),
    isPassive: concat(new Uint8Array(rows), parts.map((part) => part.isPassive)),
    ids,
    views: concat(new Int32Array(4 * rows), parts.map((part) => part.views)),
    hasView: concat(new Uint8Array(rows), parts.map((part) => part.hasView)),
  }
}

function concat<T extends Int32Array | Uint8Array | Float64Array>(joined: T, parts: readonly T[]): T {
  let start = 0
  for (const part of parts) {
    joined.set(part, start)
    start += part.length
  }
  return joined
}

function hasTwice(ids: Int32Array, rows: number): boolean {
  const numbers = createUuidNumbers(rows)
  for (let row = 0; row < rows; row++) numbers.add(ids, 4 * row)
  return numbers.count < rows
}

/** Each value once: equal texts are one visitor, wherever they lie. */
function joinTexts(texts: readonly FieldTexts[], rows: number): FieldTexts {
  const codes = new Uint32Array(rows)
  const known = new Map<string | undefined, number>()
  let start = 0
  for (const text of texts) {
    const codeOf = Uint32Array.from(text.values, (value) => {
      const code = known.get(value) ?? known.size
      known.set(value, code)
      return code
    })
    for (let row = 0; row < text.codes.length; row++) codes[start + row] = codeOf[text.codes[row]!]!
    start += text.codes.length
  }
  return { values: [...known.keys()], codes }
}
