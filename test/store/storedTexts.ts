import { openStorage } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { decodeKept } from '../../packages/store/src/kept/keptValue.ts'
import { decodePacked } from '../../packages/store/src/packed/packedValue.ts'
import { rollupDimensions, type Rollup } from '../../packages/store/src/rollup/rollup.ts'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { columnNames } from '../../packages/store/src/sessionIndex/columnNames.ts'
import { openIndexBody, openRollupBody } from '../../packages/store/src/shelfMakers.ts'
import { readShelfValue } from '../../packages/store/src/shelfValue.ts'
import { sourceOf } from '../../packages/store/src/valueSource.ts'

/** Every value of a folder by its key, as text: its bytes, and behind them what they say, where they are packed or compressed. */
export async function readStoredTexts(base: string): Promise<Map<string, string>> {
  const { storage } = await openStorage({ driver: 'fs', base })
  const texts = new Map<string, string>()
  for (const key of await storage.getKeys()) {
    const bytes = Buffer.from((await storage.getItemRaw<Uint8Array>(key))!)
    texts.set(key, `${key}\n${bytes.toString()}\n${bytes.toString('latin1')}\n${await decode(key, bytes)}`)
  }
  await storage.dispose()
  return texts
}

async function decode(key: string, bytes: Buffer): Promise<string> {
  switch (key.split(':')[1]) {
    case 'segment':
      return JSON.stringify(await decodeSegment(bytes))
    case 'packed': {
      const value = decodePacked(bytes, bytes.length)
      if (typeof value === 'string') throw new Error(`${key}: ${value}`)
      return value.tables(key.split(':')[0]!).flatMap((table) => [...table.allRows()].map((row) => JSON.stringify(table.fact(row)))).join('\n')
    }
    case 'index':
      return JSON.stringify(await (await openIndexBody((await readShelfValue(sourceOf(bytes)))!.body)).load(columnNames))
    case 'rollup':
      return labelsOf(await openRollupBody((await readShelfValue(sourceOf(bytes)))!.body))
    case 'kept':
      return labelsOf((await decodeKept(bytes))!.rollup)
    default:
      return ''
  }
}

async function labelsOf(rollup: Rollup): Promise<string> {
  const texts: string[] = []
  for (const dimension of rollupDimensions) texts.push(JSON.stringify((await rollup.rows(dimension)).labels))
  return texts.join('\n')
}
