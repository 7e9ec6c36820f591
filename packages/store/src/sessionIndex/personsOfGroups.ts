import type { SegmentGroup } from '../segment/openSegment.ts'
import { eachText, readCodedTexts } from '../segment/readChunk.ts'
import type { PersonField, PersonNumbers } from './personNumbers.ts'
import { createTextNumbers } from './textNumbers.ts'

/**
 * As `personsOfTexts`, of row groups and without strings of what is only compared: there are more of these than of all other texts
 * together.
 */
export function personsOfGroups(groups: readonly SegmentGroup[], rows: number, field: PersonField): PersonNumbers | undefined {
  const read = groups.map((group) => readCodedTexts(group, field))
  if (read.some(({ hasNull }) => hasNull)) return undefined
  const numbers = createTextNumbers(read.reduce((sum, { count }) => sum + count, 0))
  const codes = new Uint32Array(rows)
  let nobody = -1
  let start = 0
  for (const its of read) {
    const numberOf = new Uint32Array(its.count)
    let text = 0
    eachText(its.dictionary, its.count, (from, to) => {
      const number = numbers.add(its.dictionary, from, to)
      if (from === to) nobody = number
      numberOf[text++] = number
    })
    for (let row = 0; row < its.codes.length; row++) codes[start + row] = numberOf[its.codes[row]!]!
    start += its.codes.length
  }
  return { codes, count: numbers.count, nobody }
}
