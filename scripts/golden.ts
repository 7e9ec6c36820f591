// `npm run golden -- NAME` writes test/golden/NAME: small data directories as this version stores them, with what they answer. Those that are
// there stay as they are for ever: test/store/golden.test.ts opens each of them, so that no later version may forget how to.
import { createNdjsonStore, createReferenceStore, createStore, openStorage, type Store } from '@treadlight/store'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { fileURLToPath } from 'node:url'
import { createStorage, type Driver, type Storage } from 'unstorage'
import { answersOf, goldenSites, goldenStart, goldenSteps, perform } from '../test/golden/scene.ts'
import { ownerQuestions, ownerSteps } from '../test/golden/owner.ts'

const name = process.argv[2] ?? ''
if (!/^[\w.-]+$/.test(name)) fail('name it, after the version: npm run golden -- 0.1.0')
const target = fileURLToPath(new URL(`../test/golden/${name}`, import.meta.url))
if (existsSync(target)) fail(`test/golden/${name} is there already, and is never written again: choose another name`)
mkdirSync(target, { recursive: true })

let now = goldenStart
const expected: Record<string, unknown> = {}
await writeData()
await writeTextFile()
await writeOwner()
writeFileSync(`${target}/expected.json`, `${JSON.stringify({ now, ...expected })}\n`)
console.log(`test/golden/${name} is written: commit it`)

/** Hits on a storage: every kind of value there is. */
async function writeData(): Promise<void> {
  const { storage } = await openStorage({ driver: 'fs', base: `${target}/folder` })
  for (const site of goldenSites) {
    now = goldenStart
    const reference = createReferenceStore({ now: () => now, keepSums: true })
    const open = (): Promise<Store> => createStore({ storage: site === 'blog' ? withoutAppend(storage) : storage, durability: 'synced', now: () => now, refreshMs: 0, keepSums: true, catalogAt: 2, writer: 'golden' })
    // A new process for each step: its batches are closed, and upkeep may gather and compact them.
    for (const step of goldenSteps(site)) {
      now += step.do === 'maintain' ? 40 * 60_000 : 21 * 60_000
      const store = await open()
      await perform(store, site, step, now)
      await store.close()
      await perform(reference, site, step, now)
    }
    const store = await open()
    expected[site] = await answersOf(store, site)
    await store.close()
    if (!isDeepStrictEqual(expected[site], await answersOf(reference, site))) fail(`${site} does not answer what the reference store does: nothing golden about it`)
  }
  const kinds = new Set((await storage.getKeys()).map((key) => key.split(':')[1]))
  console.log(`kinds of values: ${[...kinds].toSorted().join(', ')}`)
  await storage.dispose()
}

/** As object stores and databases are: batches are values of their own, and are gathered. */
function withoutAppend(storage: Storage): Storage {
  const { append: _, prepare: __, ...driver } = storage.getMount('').driver as Driver & Record<string, unknown>
  return createStorage({ driver: driver as unknown as Driver })
}

async function writeTextFile(): Promise<void> {
  const ended = now
  now = goldenStart
  const path = `${target}/hits.ndjson`
  for (const step of goldenSteps('shop')) {
    now += 21 * 60_000
    const store = await createNdjsonStore({ path, now: () => now })
    // What upkeep writes anew would lack the lines of marks.
    if (step.do !== 'maintain') await perform(store, 'shop', step, now)
    await store.close()
  }
  const store = await createNdjsonStore({ path, now: () => now, readOnly: true })
  expected['text'] = await answersOf(store, 'shop')
  await store.close()
  now = ended
}

/** Small values: accounts, tokens, sites and what owners make, by the CLI. */
async function writeOwner(): Promise<void> {
  const base = `${target}/owner`
  mkdirSync(base)
  const cli = fileURLToPath(new URL('../packages/collector/bin/treadlight.mjs', import.meta.url))
  const env = { ...process.env, TREADLIGHT_STORAGE_BASE: base, TREADLIGHT_TIMEZONE: 'UTC' }
  const run = (...args: string[]): string => execFileSync(process.execPath, [cli, ...args], { cwd: target, encoding: 'utf8', env })
  for (const step of ownerSteps) run(...step)
  const made = (...args: string[]): unknown => JSON.parse(run(...args, '--json'))
  // Secrets of nobody: what opens a copy of this folder opens nothing else.
  expected['secrets'] = {
    user: made('user', 'add', 'mia', '--role', 'owner'),
    token: made('token', 'create', '--name', 'grafana', '--scope', 'stats'),
    share: made('share', 'add', '--name', 'press'),
  }
  expected['owner'] = ownerQuestions.map((question) => JSON.parse(run(...question)) as unknown)
}

function fail(text: string): never {
  console.error(text)
  process.exit(1)
}
