import { readFile, writeFile, stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { readLines } from '../../../packages/store/src/ndjson/readLines.ts'
import { makeHit, testId } from '../makeHit.ts'
import { createNdjsonFile, listAll, listIds, type NdjsonFile } from './ndjsonFile.ts'

/** A file of three hits, whose last has a property that looks like a checksum. */
async function createThree(file: NdjsonFile): Promise<Buffer> {
  const store = await file.open()
  await store.append([makeHit({ id: testId(1) }), makeHit({ id: testId(2), title: 'é' })])
  await store.append([makeHit({ id: testId(3), props: { a: 1, crc: '12345678' } })])
  await store.close()
  return readFile(file.path)
}

describe('PT18 ndjson: a file that was damaged', () => {
  test('cut at every byte: whole lines count, nothing is reported, and what is appended then is whole', { timeout: 90_000 }, async () => {
    const file = await createNdjsonFile()
    const whole = await createThree(file)
    const header = whole.indexOf('\n') + 1
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file.path, whole.subarray(0, length))
      const store = await file.open()
      // A last line that lacks nothing but its newline is as good as any.
      const lines = whole.subarray(header, Math.max(header, length + 1)).toString().split('\n').length - 1
      const expected = [testId(1), testId(2), testId(3)].slice(0, lines)
      expect(await listIds(store), `cut at ${length}`).toEqual(expected)
      // A file takes milliseconds to open: every fifth cut will do, and those around the end of a line.
      if (length % 5 !== 0 && !whole.subarray(length - 3, length + 3).includes(10)) {
        await store.close()
        continue
      }
      await store.append([makeHit({ id: testId(4) })])
      await store.close()
      const again = await file.open()
      expect(await listIds(again), `cut at ${length}, appended to`).toEqual([...expected, testId(4)])
      await again.close()
    }
    expect(file.problems).toEqual([])
  })

  test('a flipped bit never changes a hit, and is reported unless nothing is missing', async () => {
    const file = await createNdjsonFile()
    const whole = await createThree(file)
    const store = await file.open()
    const hits = new Set((await listAll(store)).map((hit) => JSON.stringify(hit)))
    await store.close()
    const header = whole.indexOf('\n') + 1
    // Every third byte, all at the end of the last line, their bits in turn: the same rule reads all of them.
    for (let at = header; at < whole.length; at += at > whole.length - 60 ? 1 : 3) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 1 << at % 8
      await writeFile(file.path, changed)
      file.problems.length = 0
      const damaged = await file.open()
      const found = (await listAll(damaged)).map((hit) => JSON.stringify(hit))
      await damaged.close()
      expect(found.filter((hit) => !hits.has(hit)), `bit of byte ${at}`).toEqual([])
      if (whole[at] === 10) expect([found.length, file.problems], `bit of byte ${at}`).toEqual([3, []])
      else {
        expect(found.length, `bit of byte ${at}`).toBe(2)
        expect(file.problems.length, `bit of byte ${at}`).toBeGreaterThanOrEqual(1)
      }
    }
  })

  test('every bit of the last line: it counts, or it is reported as damage; never as a write that was cut off', { timeout: 90_000 }, async () => {
    const file = await createNdjsonFile()
    const whole = await createThree(file)
    const start = whole.lastIndexOf('\n', whole.length - 2) + 1
    for (let bit = start * 8; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      await writeFile(file.path, changed)
      file.problems.length = 0
      const ids = await listIds(await file.open({ readOnly: true }))
      const isEnd = bit >> 3 === whole.length - 1
      expect(ids, `bit ${bit & 7} of byte ${bit >> 3}`).toEqual([testId(1), testId(2), ...(isEnd ? [testId(3)] : [])])
      const reasons = [...new Set(file.problems.map(({ reason }) => reason))]
      expect(reasons, `bit ${bit & 7} of byte ${bit >> 3}`).toEqual(isEnd ? [] : ['checksum'])
    }
  })

  test('every cut of the last line: it counts once nothing but its newline is missing, and is no damage before that', async () => {
    const file = await createNdjsonFile()
    const whole = await createThree(file)
    const start = whole.lastIndexOf('\n', whole.length - 2) + 1
    for (let length = start; length <= whole.length; length++) {
      await writeFile(file.path, whole.subarray(0, length))
      const ids = await listIds(await file.open({ readOnly: true }))
      expect(ids, `cut at ${length}`).toEqual([testId(1), testId(2), ...(length >= whole.length - 1 ? [testId(3)] : [])])
    }
    expect(file.problems).toEqual([])
  })

  test.each(Array.from({ length: 8 }, (_, bit) => [1 << bit]))('a last newline that has changed by %i: the next start and its hits leave the line whole', async (mask) => {
    const file = await createNdjsonFile()
    const changed = await createThree(file)
    changed[changed.length - 1]! ^= mask
    await writeFile(file.path, changed)
    for (const next of [4, 5]) {
      const store = await file.open()
      await store.append([makeHit({ id: testId(next) })])
      await store.close()
    }
    expect(await listIds(await file.open())).toEqual([1, 2, 3, 4, 5].map((id) => testId(id)))
    expect(await readFile(file.path, 'utf8')).not.toContain('"torn"')
    expect(file.problems).toEqual([])
  })

  test('a damaged line says where it is; the others count', async () => {
    const file = await createNdjsonFile()
    const lines = (await createThree(file)).toString().split('\n')
    const offset = Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`)
    await writeFile(file.path, [...lines.slice(0, 2), lines[2]!.replace('é', 'e'), lines[3]!.slice(0, 40), ''].join('\n'))
    expect(await listIds(await file.open())).toEqual([testId(1)])
    expect(file.problems).toEqual([
      { key: file.path, offset, reason: 'checksum' },
      { key: file.path, offset: offset + Buffer.byteLength(`${lines[2]}\n`) - 1, reason: 'checksum' },
    ])
  })

  const refused: [string, string, RegExp][] = [
    ['a later version', '{"treadlight":"ndjson","version":2}\n{"site":"shop"}\n', /has format 2, later than this version's \(1\): upgrade treadlight/],
    ['a damaged header', '{"treadlight":"ndjson","version":1,"crc":"00000000"}\n', /does not begin as our files do/],
    ['another file', 'root:x:0:0:root:/root:/bin/bash\n', /does not begin as our files do/],
    ['another short file', 'x', /does not begin as our files do/],
    ['another file without newline', 'x'.repeat(100), /does not begin as our files do/],
  ]
  test.each(refused)('%s is refused and not touched', async (_, text, message) => {
    const file = await createNdjsonFile()
    await writeFile(file.path, text)
    const { mtimeMs } = await stat(file.path)
    await expect(file.open()).rejects.toThrow(message)
    // Not because it is locked still.
    await expect(file.open()).rejects.toThrow(message)
    expect(await readFile(file.path, 'utf8')).toBe(text)
    expect((await stat(file.path)).mtimeMs).toBe(mtimeMs)
  })

  test('lines are found wherever a part of the file ends', async () => {
    const file = await createNdjsonFile()
    const texts = ['a', '', 'x'.repeat(3 * 1024 * 1024), 'é'.repeat(700_000), '', 'end']
    await writeFile(file.path, texts.join('\n'))
    const found: [string, number, boolean][] = []
    await readLines(file.path, (line, offset, ended) => found.push([line.toString(), offset, ended]))
    let offset = 0
    const expected = texts.map((text, index): [string, number, boolean] => {
      const at = offset
      offset += Buffer.byteLength(text) + 1
      return [text, at, index < texts.length - 1]
    })
    expect(found).toEqual(expected)
  })
})
