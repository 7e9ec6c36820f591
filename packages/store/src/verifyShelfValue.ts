import { crc32 } from 'node:zlib'
import { isLaterFormat } from './laterFormat.ts'
import type { ShelfKind } from './keys.ts'
import { columnNames } from './sessionIndex/columnNames.ts'
import { rollupDimensions, type Rollup } from './rollup/rollup.ts'
import { openIndexBody, openRollupBody } from './shelfMakers.ts'
import { readShelfValue, shelfFormats } from './shelfValue.ts'
import { sourceOf } from './valueSource.ts'

/** What is wrong with a value on the shelf that has the right length; undefined where nothing is. All of it is decoded. */
export async function verifyShelfValue(kind: ShelfKind, bytes: Uint8Array): Promise<'checksum' | 'later' | undefined> {
  try {
    const read = await readShelfValue(sourceOf(bytes))
    if (read === undefined) return 'checksum'
    const { header, body } = read
    if (header.format !== shelfFormats[kind]) return header.format > shelfFormats[kind] ? 'later' : undefined
    if (crc32(await body.read(0, body.size)) !== header.crc) return 'checksum'
    if (kind === 'index') await (await openIndexBody(body)).load(columnNames)
    else await readRollup(await openRollupBody(body))
    return undefined
  } catch (error) {
    return isLaterFormat(error) ? 'later' : 'checksum'
  }
}

async function readRollup(rollup: Rollup): Promise<void> {
  await rollup.totals()
  for (const dimension of rollupDimensions) await rollup.rows(dimension)
}
