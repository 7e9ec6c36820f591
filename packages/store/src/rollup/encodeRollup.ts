import { Buffer } from 'node:buffer'
import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync } from 'node:zlib'
import { isExact } from './buildRollup.ts'
import { rollupSections, type Rollup, type RollupDimension, type RollupRows, type RollupSection } from './rollup.ts'
import { encodeHeader, type SectionPlace } from './rollupFormat.ts'
import { encodeSection, type SectionRows } from './rollupSection.ts'

const level = 6
/** Up to so many bytes a thread of its own is not worth it: two milliseconds' work. */
const largest = 64 * 1024
/** What is left of a section must be less than this part of it: in a fresh process to undo that takes a tenth of a millisecond. */
const worth = 0.8
const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>

/** The bytes of a rollup. Others have their turn between its sections. @throws RangeError for sums that are too large to be exact */
export async function encodeRollup(rollup: Rollup, { site }: { site: string }): Promise<Uint8Array> {
  const sections: SectionPlace[] = []
  const pieces: Uint8Array[] = []
  for (const name of ['totals', ...(Object.keys(rollupSections) as RollupSection[])] as const) {
    const raw = encodeSection(await rowsOf(rollup, name))
    const deflated = raw.length <= largest ? deflateRawSync(raw, { level }) : await deflate(raw, { level })
    const bytes = deflated.length < worth * raw.length ? deflated : raw
    sections.push({ name, bytes: bytes.length, crc: crc32(bytes), size: raw.length })
    pieces.push(bytes)
    await untilOthersHadTheirTurn()
  }
  const days = rollup.days.map((day) => ({ ...day, first: finite(day.first), last: finite(day.last) }))
  return Buffer.concat([encodeHeader({ site, names: rollup.names, days, sections }), ...pieces])
}

async function rowsOf(rollup: Rollup, section: SectionPlace['name']): Promise<SectionRows> {
  const rows = new Map<RollupDimension | undefined, RollupRows>()
  if (section === 'totals') rows.set(undefined, { labels: [], sums: await rollup.totals() })
  else for (const dimension of rollupSections[section]) rows.set(dimension, await rollup.rows(dimension))
  if (![...rows.values()].every(isExact)) throw new RangeError('[treadlight store] a rollup has sums above 2 ** 52')
  return rows
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null
}
