import { copyStorage, createNdjsonStore, createStore, openStorage, verifyStorage } from '@treadlight/store'
import { cp, readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runCli } from '../collector/runCli.ts'
import { answersOf, goldenSites } from '../golden/scene.ts'
import { ownerQuestions } from '../golden/owner.ts'
import { startCollector } from '../process/collectorProcess.ts'
import { minute } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

/** What versions have stored, `npm run golden` makes them, and what they answered: none of it may ever be forgotten. */
const root = fileURLToPath(new URL('../golden/', import.meta.url))
const versions = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)

type Expected = Record<string, unknown> & { now: number; owner: unknown[]; secrets: { user: { password: string }; token: { token: string }; share: { path: string } } }

test('there is one at least', () => {
  expect(versions).not.toEqual([])
})

describe.each(versions)('what %s has stored', (version) => {
  const golden = `${root}${version}`
  const read = async (): Promise<Expected> => JSON.parse(await readFile(`${golden}/expected.json`, 'utf8')) as Expected

  test('in a folder is whole, answers as it did, and so it does after upkeep and in a copy', async () => {
    const expected = await read()
    const folder = await createTemporaryDirectory()
    await cp(`${golden}/folder`, `${folder}/data`, { recursive: true })
    const { storage } = await openStorage({ driver: 'fs', base: `${folder}/data` })
    expect((await verifyStorage(storage, { now: () => expected.now })).problems).toEqual([])
    const { storage: copy } = await openStorage({ driver: 'fs', base: `${folder}/copy`, sync: false })
    await copyStorage(storage, copy)
    for (const at of [storage, copy]) {
      // What is derived by another version may be made anew: nothing of it counts.
      for (const later of at === copy ? [0] : [0, 1, 40, 3 * 24 * 60]) {
        const store = await createStore({ storage: at, durability: 'synced', now: () => expected.now + later * minute, keepSums: true })
        if (later > 0) await store.maintain({ force: later > 1 })
        for (const site of goldenSites) expect(await answersOf(store, site), `${site}, ${later} minutes later`).toEqual(expected[site])
        expect(store.problems).toEqual([])
        await store.close()
      }
      expect((await verifyStorage(at, { now: () => expected.now + 5 * 24 * 60 * minute })).problems).toEqual([])
      await at.dispose()
    }
  })

  test('in a text file answers as it did, also after it was written anew', async () => {
    const { now, text } = await read()
    const path = `${await createTemporaryDirectory()}/hits.ndjson`
    await cp(`${golden}/hits.ndjson`, path)
    for (const isFirst of [true, false]) {
      const store = await createNdjsonStore({ path, now: () => now })
      expect(await answersOf(store, 'shop')).toEqual(text)
      if (isFirst) await store.maintain({ force: true })
      await store.close()
    }
  })

  test('of an owner’s is there: accounts, tokens, links, sites and all that is listed', async () => {
    const { owner, secrets } = await read()
    const data = `${await createTemporaryDirectory()}/owner`
    await cp(`${golden}/owner`, data, { recursive: true })
    const answers = await Promise.all(ownerQuestions.map((question) => runCli(data, [...question], { TREADLIGHT_STORAGE_BASE: data, TREADLIGHT_TIMEZONE: 'UTC' })))
    expect(answers.map(({ out }) => JSON.parse(out) as unknown)).toEqual(owner)
    const collector = await startCollector({ data })
    const post = (path: string, body: object): Promise<Response> => fetch(`${collector.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    expect((await post('/api/login', { name: 'mia', password: secrets.user.password })).status).toBe(204)
    expect((await post('/api/login', { name: 'mia', password: 'wrong-password' })).status).toBe(401)
    expect((await fetch(`${collector.url}/api/sites`, { headers: { authorization: `Bearer ${secrets.token.token}` } })).status).toBe(200)
    expect((await fetch(new URL(secrets.share.path, collector.url))).status).toBe(200)
    await collector.stop()
  })
})
