import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeHit } from '../makeHit.ts'
import { createNdjsonFile, listIds } from './ndjsonFile.ts'

const policy = { anonymous: 0, authenticated: 0 }

describe('ndjson, to be read only', () => {
  test('beside the process that has it open, as it stands', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    const hit = makeHit()
    await store.append([hit])
    const reader = await open({ readOnly: true })
    await store.append([makeHit()])
    expect(await listIds(reader)).toEqual([hit.id])
    expect(await reader.prune(policy, { dryRun: true })).toMatchObject({ anonymous: 1 })
    expect(await reader.erase({ site: 'shop', visitor: hit.visitor }, { dryRun: true })).toMatchObject({ erased: 1 })
    await reader.close()
    expect((await readdir(dirname(path))).toSorted()).toEqual(['hits.ndjson', 'hits.ndjson.lock'])
    expect(await listIds(store)).toHaveLength(2)
  })

  test('leaves everything as it is, what a rewrite has begun too', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await store.append([makeHit()])
    await store.close()
    await writeFile(`${path}.rewrite`, 'half')
    const before = [await readFile(path), (await stat(path)).mtimeMs]
    const reader = await open({ readOnly: true })
    const only = /was opened to be read only/
    await expect(reader.append([makeHit()])).rejects.toThrow(only)
    await expect(reader.erase({ site: 'shop', user: 'u1' })).rejects.toThrow(only)
    await expect(reader.prune(policy)).rejects.toThrow(only)
    await expect(reader.maintain({ force: true })).resolves.toMatchObject({ deleted: 0 })
    expect([await readFile(path), (await stat(path)).mtimeMs]).toEqual(before)
    expect((await readdir(dirname(path))).toSorted()).toEqual(['hits.ndjson', 'hits.ndjson.rewrite'])
  })

  test('the middle of a line that is being written is no damage; damage is', async () => {
    const { path, open, problems } = await createNdjsonFile()
    const store = await open()
    const hit = makeHit()
    await store.append([hit, makeHit()])
    await store.close()
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, -20))
    expect(await listIds(await open({ readOnly: true }))).toEqual([hit.id])
    expect(problems).toEqual([])
    whole[100]! ^= 1
    await writeFile(path, whole)
    expect(await listIds(await open({ readOnly: true }))).toHaveLength(1)
    expect(problems).toMatchObject([{ key: path, reason: 'checksum' }])
  })

  test('nothing, or the beginning of the first line, is a file without hits; another’s file is refused', async () => {
    const { path, open } = await createNdjsonFile()
    expect(await listIds(await open({ readOnly: true }))).toEqual([])
    await writeFile(path, '{"treadl')
    expect(await listIds(await open({ readOnly: true }))).toEqual([])
    await writeFile(path, 'hello\n')
    await expect(open({ readOnly: true })).rejects.toThrow('does not begin as our files do')
  })
})

test('ndjson names the sites that something is there of', async () => {
  const { open } = await createNdjsonFile()
  const store = await open()
  await store.append([makeHit(), makeHit({ site: 'other' })])
  await listIds(store, 'nobody')
  expect(await store.sites()).toEqual(['shop', 'other'])
})
