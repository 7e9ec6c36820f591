import { appendFile, readFile, readdir, stat, chmod, symlink, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createNdjsonStore } from '../../../packages/store/src/ndjson/createNdjsonStore.ts'
import { StoreBusyError } from '../../../packages/store/src/store.ts'
import { testHitStore } from '../../contracts/hitStore.ts'
import { day, makeEvent, makeHit, noon, testId } from '../makeHit.ts'
import { createTemporaryDirectory } from '../temporaryDirectory.ts'
import { createNdjsonFile, listAll, listIds } from './ndjsonFile.ts'

testHitStore('PT18 ndjson', async (options) =>
  createNdjsonStore({ path: join(await createTemporaryDirectory(), 'hits.ndjson'), sync: false, ...options }),
)

describe('PT18 ndjson: the file', () => {
  test('is lines of JSON: a header, hits as they are, the rest by name', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    const hit = makeEvent('buy', { title: 'Ça "q" \n\u2028', props: { crc: '00000000' }, session: 's1' })
    await store.append([hit])
    await store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    await store.erase({ site: 'shop', visitor: 'v9' })
    await store.prune({ anonymous: day, authenticated: Infinity })
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toEqual([
      { treadlight: 'ndjson', version: 1, crc: expect.any(String) },
      { ...hit, crc: expect.stringMatching(/^[0-9a-f]{8}$/) },
      { link: { site: 'shop', session: 's1', user: 'u1', time: noon }, crc: expect.any(String) },
      { erasure: expect.objectContaining({ site: 'shop', kind: 'visitor', time: noon }), crc: expect.any(String) },
      { pruning: { site: 'shop', at: noon, anonymous: noon - day, authenticated: null, oldest: null }, crc: expect.any(String) },
    ])
  })

  test('opened again, everything is as before', async () => {
    const { open, problems } = await createNdjsonFile()
    const now = () => noon
    const first = await open({ now })
    await first.append([
      makeHit({ session: 's1' }),
      makeHit({ user: 'u2' }),
      makeHit({ time: noon - 2 * day }),
      makeHit({ id: testId(9), title: 'a' }),
      makeHit({ id: testId(9), origin: 'server', title: '' }),
    ])
    await first.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    await first.erase({ site: 'shop', user: 'u2' })
    await first.prune({ anonymous: day, authenticated: day })
    const before = await listAll(first)
    expect(before).toHaveLength(2)
    await first.close()
    const second = await open({ now })
    expect(await listAll(second)).toEqual(before)
    expect(await second.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })).toBe(false)
    expect(await second.append([makeHit({ id: testId(9) })])).toEqual(['duplicate'])
    expect(problems).toEqual([])
  })

  test('a hit that is there already is not written again', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    const hit = makeHit()
    await store.append([hit])
    const { size } = await stat(path)
    expect(await store.append([hit])).toEqual(['duplicate'])
    expect(await store.append([{ ...hit, received: hit.received + 1 }])).toEqual(['duplicate'])
    expect((await stat(path)).size).toBe(size)
  })

  test('what waits is bounded', async () => {
    const { open } = await createNdjsonFile()
    const store = await open({ maxWaitingHits: 3 })
    const taken = store.append([makeHit(), makeHit(), makeHit()])
    const refused = await store.append([makeHit()]).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StoreBusyError)
    expect((refused as StoreBusyError).retryAfter).toBe(1)
    expect(await taken).toHaveLength(3)
    expect(await store.append(Array.from({ length: 9 }, () => makeHit()))).toHaveLength(9)
  })

  test('is for this user only, unless the owner says otherwise', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    const mode = async () => (await stat(path)).mode & 0o777
    expect(await mode()).toBe(0o600)
    await chmod(path, 0o640)
    await store.append([makeHit({ user: 'u1' })])
    await store.erase({ site: 'shop', user: 'u1' })
    await store.maintain()
    expect(await mode()).toBe(0o640)
  })

  test('a link to it stays a link', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await store.append([makeHit()])
    await store.close()
    const other = join(dirname(path), 'link.ndjson')
    await symlink(path, other)
    const linked = await open({ path: other })
    await expect(open()).rejects.toThrow('held by process')
    await linked.append([makeHit()])
    await linked.maintain({ force: true })
    await linked.close()
    expect(await listIds(await open())).toHaveLength(2)
  })

  const changes: [string, (path: string) => Promise<unknown>][] = [
    ['moved away', (path) => rename(path, `${path}.1`)],
    ['written to', (path) => appendFile(path, 'x\n')],
  ]
  test.each(changes)('%s by another program: nothing more is acknowledged', async (_, change) => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await store.append([makeHit()])
    await change(path)
    await expect(store.append([makeHit()])).rejects.toThrow(`${path} was changed, moved or removed by another program`)
    await expect(store.maintain({ force: true })).resolves.toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
  })
})

describe('PT18 ndjson: maintain', () => {
  test('an erased person is gone from the file, and stays gone', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    const mine = makeHit({ user: 'person-u', session: 'person-s', visitor: 'person-v' })
    const late = makeHit({ user: 'person-u', visitor: 'person-v2', id: testId(77) })
    await store.append([mine, makeHit({ session: 'person-s2', title: 'person-title' }), makeHit({ user: 'other' })])
    await store.identify({ site: 'shop', session: 'person-s2', user: 'person-u', time: noon })
    await store.erase({ site: 'shop', user: 'person-u' })
    await store.append([late])
    await store.identify({ site: 'shop', session: 'person-s3', user: 'person-u', time: noon })
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 2, deleted: 1 })
    expect(await readFile(path, 'utf8')).not.toContain('person-')
    expect(await readdir(dirname(path))).toEqual(['hits.ndjson', 'hits.ndjson.lock'])
    // Neither their hit without its name, nor one of a session that was theirs.
    const back = [{ ...late, origin: 'server' as const, user: '' }, makeHit({ session: 'person-s2' }), makeHit({ session: 'person-s3' })]
    await store.append(back)
    expect(await listIds(store)).toHaveLength(1)
    await store.close()
    const again = await open({ now: () => noon })
    await again.append(back)
    expect((await listAll(again)).map(({ user }) => user)).toEqual(['other'])
  })

  test.each([false, true])('so is what was on its way during the erasure, opened again: %s', async (reopened) => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    const hit = makeHit({ user: 'person-u' })
    await store.append([hit])
    await Promise.all([store.erase({ site: 'shop', user: 'person-u' }), store.maintain(), store.append([{ ...hit, origin: 'server' }])])
    expect(await readFile(path, 'utf8')).toContain('person-')
    if (reopened) await store.close()
    const same = reopened ? await open({ now: () => noon }) : store
    await same.maintain()
    expect(await readFile(path, 'utf8')).not.toContain('person-')
    expect(await same.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
  })

  test('so is what nobody can read, once somebody was erased', async () => {
    const { path, open, problems } = await createNdjsonFile()
    await (await open()).close()
    await appendFile(path, '{"user":"person-u"}\n')
    const store = await open()
    expect(problems).toHaveLength(1)
    await store.append([makeHit()])
    await store.maintain()
    expect(await readFile(path, 'utf8')).toContain('person-')
    await store.erase({ site: 'shop', user: 'person-u' })
    await store.maintain()
    expect(await readFile(path, 'utf8')).not.toContain('person-')
    expect(await listIds(store)).toHaveLength(1)
  })

  test('pruned hits are gone from the file', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    await store.append([makeHit({ time: noon - 2 * day, title: 'old' }), makeHit({ title: 'new' })])
    await store.prune({ anonymous: day, authenticated: day })
    await store.maintain()
    expect(await readFile(path, 'utf8')).not.toContain('"old"')
    expect(await listAll(store)).toMatchObject([{ title: 'new' }])
  })

  test('leaves the file alone while little can be gained', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    const hit = makeHit()
    await store.append([hit, makeHit()])
    const { ino } = await stat(path)
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
    // Each was received before the last and replaces it.
    for (let received = 9; received > 5; received--) await store.append([{ ...hit, received }])
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 2, deleted: 1 })
    expect((await stat(path)).ino).not.toBe(ino)
    expect(await store.maintain({ force: true })).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
  })

  test('what is appended meanwhile waits, and is there', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    await store.append([makeHit({ user: 'u1' }), ...Array.from({ length: 5000 }, () => makeHit())])
    await store.erase({ site: 'shop', user: 'u1' })
    const { ino } = await stat(path)
    const rewriting = store.maintain()
    const later = Array.from({ length: 20 }, () => makeHit())
    await Promise.all(later.map((hit) => store.append([hit])))
    await rewriting
    expect((await stat(path)).ino).not.toBe(ino)
    await store.append([makeHit()])
    await store.close()
    expect(await listIds(await open())).toHaveLength(5021)
  })

  test('what a killed rewrite has left is gone when the file is opened', async () => {
    const { path, open } = await createNdjsonFile()
    await (await open()).close()
    await appendFile(`${path}.rewrite`, 'half')
    await open()
    expect(await readdir(dirname(path))).toEqual(['hits.ndjson', 'hits.ndjson.lock'])
  })
})
