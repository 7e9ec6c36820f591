import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { createStore, createValues } from '@treadlight/store'
import { expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { noon } from './makeHit.ts'

/** What a later version writes, whole. */
function laterFrame(payload: string): Buffer {
  const head = `treadlight 2 ${payload.length.toString(16).padStart(8, '0')} `
  return Buffer.from(`${head}${crc32(payload, crc32(head)).toString(16).padStart(8, '0')}\n${payload}`)
}

test.each(['batch:20261121T1200-w-000000000000-0', 'manifest:01a1fe0d7fe0-000000000000-33', 'link:00', 'erasure:00-1', 'pruning:01a1fe0d7fe0-000000000000'])(
  'a later format is refused naming the value and its site: %s',
  async (name) => {
    const { storage, values } = createFaultyStorage({ append: true })
    values.set(`shop:${name}`, laterFrame('{}'))
    await expect(createStore({ storage, durability: 'volatile', now: () => noon })).rejects.toThrow(
      `[treadlight store] shop:${name} (site shop): format 2 is later than this version's (1): upgrade treadlight; nothing was changed`,
    )
  },
)

test('a small value of a later format is named as well', async () => {
  const { storage, values } = createFaultyStorage({ append: true })
  values.set('login:00', laterFrame('{}'))
  await expect(createValues(storage).read('login:00')).rejects.toThrow("[treadlight store] login:00: format 2 is later than this version's (1)")
})
