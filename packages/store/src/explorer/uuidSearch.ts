import { uuidLength } from '../segment/uuid.ts'

/** A run of digits at one place of a UUID: what its four words must be where the mask is. */
interface Place {
  masks: Int32Array
  values: Int32Array
}

const dashes = [8, 13, 18, 23]
/** Of the search that was asked for last: it is asked of hundreds of units. */
let known: { search: string; places: Place[] } = { search: '', places: [] }

/**
 * Sets the rows whose UUID contains a text in lower case: the text is laid over each place where it may stand, so that no
 * UUID has to be written out.
 * @param words four for each row, as the bytes are in memory
 */
export function markUuids(words: Int32Array, search: string, rows: Uint8Array): void {
  if (search === '-') rows.fill(1)
  for (const { masks, values } of placesOf(search)) {
    const word = masks.findIndex((mask) => mask !== 0)
    const [mask, value] = [masks[word]!, values[word]!]
    for (let row = 0, at = word; row < rows.length; row++, at += 4) {
      if ((words[at]! & mask) === value && isAt(words, 4 * row, masks, values)) rows[row] = 1
    }
  }
}

function isAt(words: Int32Array, at: number, masks: Int32Array, values: Int32Array): boolean {
  for (let word = 0; word < 4; word++) if ((words[at + word]! & masks[word]!) !== values[word]!) return false
  return true
}

function placesOf(search: string): Place[] {
  if (known.search !== search) known = { search, places: findPlaces(search) }
  return known.places
}

/** Where in a UUID a text may stand: its dashes must be there where a UUID has them. */
function findPlaces(search: string): Place[] {
  if (!mayBeInUuid(search) || search === '-') return []
  const places: Place[] = []
  for (let start = 0; start + search.length <= uuidLength; start++) {
    const fits = [...search].every((letter, at) => (letter === '-') === dashes.includes(start + at))
    if (fits) places.push(placeAt(search, start))
  }
  return places
}

function placeAt(search: string, start: number): Place {
  const [masks, values] = [new Uint8Array(16), new Uint8Array(16)]
  for (const [at, letter] of [...search].entries()) {
    if (letter === '-') continue
    const digit = start + at - dashes.filter((dash) => dash < start + at).length
    const shift = digit % 2 === 0 ? 4 : 0
    masks[digit >> 1]! |= 15 << shift
    values[digit >> 1]! |= Number.parseInt(letter, 16) << shift
  }
  return { masks: new Int32Array(masks.buffer), values: new Int32Array(values.buffer) }
}

/** Whether a text in lower case may be a piece of a UUID. */
export function mayBeInUuid(search: string): boolean {
  return search.length <= uuidLength && /^[0-9a-f-]+$/.test(search)
}
