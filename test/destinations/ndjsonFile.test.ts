import { ndjsonFile } from '@treadlight/destinations/file'
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { forwardedHit } from './forwardedHit.ts'
import { handOver } from './requestsOf.ts'

const hit = (index: number, day = 21) => forwardedHit({ id: `0197a2f0-1111-7abc-8def-${String(index).padStart(12, '0')}`, time: Date.UTC(2026, 10, day, 10) })
const linesOf = async (folder: string, day = 21): Promise<unknown[]> =>
  (await readFile(join(folder, `hits-2026-11-${day}.ndjson`), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)

test('writes a line for each hit, into a file for each day', async () => {
  const folder = join(await createTemporaryDirectory(), 'a/b')
  const destination = ndjsonFile({ folder })
  expect(await handOver(destination, [hit(1), hit(2, 22), hit(3)])).toEqual([{ kind: 'sent' }, { kind: 'sent' }])
  await handOver(destination, [hit(4)])
  expect(await readdir(folder)).toEqual(['hits-2026-11-21.ndjson', 'hits-2026-11-22.ndjson'])
  expect(await linesOf(folder)).toEqual([hit(1), hit(3), hit(4)])
  expect(await linesOf(folder, 22)).toEqual([hit(2, 22)])
})

test('only whom the server runs as may read them, unless the owner says otherwise', async () => {
  const modeOf = async (options: object) => {
    const folder = await createTemporaryDirectory()
    await handOver(ndjsonFile({ folder, ...options }), [hit(1)])
    return (await stat(join(folder, 'hits-2026-11-21.ndjson'))).mode & 0o777
  }
  expect(await modeOf({})).toBe(0o600)
  expect(await modeOf({ mode: 0o640 })).toBe(0o640)
})

test('a line that a crash has cut costs itself only', async () => {
  const folder = await createTemporaryDirectory()
  const file = join(folder, 'hits-2026-11-21.ndjson')
  await writeFile(file, `${JSON.stringify(hit(1))}\n{"id":"0197a2`)
  await handOver(ndjsonFile({ folder }), [hit(2)])
  expect((await readFile(file, 'utf8')).split('\n')).toEqual([JSON.stringify(hit(1)), '{"id":"0197a2', JSON.stringify(hit(2)), ''])
})

test('several may write at once', async () => {
  const folder = await createTemporaryDirectory()
  const writers = [ndjsonFile({ folder }), ndjsonFile({ folder })]
  const file = join(folder, 'hits-2026-11-21.ndjson')
  await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 6 === 5 ? appendFile(file, '') : handOver(writers[index % 2]!, [hit(index), hit(100 + index)]))))
  expect(new Set((await linesOf(folder)).map((line) => (line as { id: string }).id)).size).toBe(100)
})

test('SS38: what the disk does not take is not sent, and what follows is not held up by it', async () => {
  const folder = await createTemporaryDirectory()
  await writeFile(join(folder, 'file'), '')
  const destination = ndjsonFile({ folder: join(folder, 'file') })
  await expect(handOver(destination, [hit(1)])).rejects.toThrow(/EEXIST|ENOTDIR/)
  await expect(handOver(destination, [hit(1)])).rejects.toThrow(/EEXIST|ENOTDIR/)
})
