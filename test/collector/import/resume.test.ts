import { createStore, createValues, openStorage, type StoredHit, type Values } from '@treadlight/store'
import { expect, test } from 'vitest'
import { createRules } from '../../../packages/collector/src/enrich/rules.ts'
import { combinedLog } from '../../../packages/collector/src/import/formats/combinedLog.ts'
import { createImportNotes, isOldImportNote } from '../../../packages/collector/src/import/importNotes.ts'
import type { ImportReport } from '../../../packages/collector/src/import/importReport.ts'
import { runImport } from '../../../packages/collector/src/import/runImport.ts'
import { defaultPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { fileOf } from './importText.ts'

const start = Date.UTC(2026, 10, 1)
const now = Date.UTC(2026, 10, 21, 12)
const site = { id: 'default', timezone: 'UTC', hosts: [] }
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** Visitors who come again and again over some days, and lines that are there two and three times. */
function makeLog(lines: number): string {
  const made: string[] = []
  for (let number = 0; number < lines; number++) {
    const time = new Date(start + Math.floor(number / 3) * 400_000).toISOString()
    const at = `${time.slice(8, 10)}/Nov/2026:${time.slice(11, 19)} +0000`
    const [visitor, page] = number % 3 === 0 ? [number % 11, number % 5] : [7, 1]
    made.push(`203.0.113.${visitor} - - [${at}] "GET /${page} HTTP/1.1" 200 1 "-" "${firefox}"\n`)
  }
  return made.join('')
}

interface Opened {
  store: Awaited<ReturnType<typeof createStore>>
  values: Values
}

async function open(): Promise<Opened> {
  const { storage } = await openStorage({ driver: 'memory' })
  return { store: await createStore({ storage, durability: 'volatile', now: () => now }), values: createValues(storage) }
}

/** One that breaks off where `onProgress` throws, as it does where a process is killed: nothing is tidied up. */
async function run({ store, values }: Opened, text: string, more: Partial<Parameters<typeof runImport>[0]> = {}): Promise<ImportReport | undefined> {
  const source = { name: 'access.log', files: [fileOf('access.log', text, 5000)], print: 'p', read: () => 0, size: text.length, close: async () => undefined }
  const rules = createRules()
  return runImport({
    store,
    sources: [{ source, format: combinedLog }],
    notes: createImportNotes(values, ['p'], () => now),
    site: undefined,
    sites: [site],
    defaultSite: site,
    host: 'a.example',
    finish: { siteOf: () => site, rulesOf: () => rules, policy: defaultPolicy },
    retention: { anonymous: -Infinity, authenticated: -Infinity },
    signal: new AbortController().signal,
    now,
    loadAt: 300,
    ...more,
  })
}

async function listHits({ store }: Opened): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'default', order: 'oldest' })) hits.push(hit)
  return hits
}

/** Who is who, whatever they are called. */
function withoutNames(hits: readonly StoredHit[]): StoredHit[] {
  const names = new Map<string, string>()
  return hits.map((hit) => {
    if (!names.has(hit.visitor)) names.set(hit.visitor, String(names.size))
    return { ...hit, visitor: names.get(hit.visitor)! }
  })
}

test('an import that broke off, wherever it was, goes on there: hits, visitors and equal lines as if it had not', async () => {
  const text = makeLog(3000)
  const whole = await open()
  expect(await run(whole, text)).toMatchObject({ stored: 3000, duplicate: 0 })
  const expected = withoutNames(await listHits(whole))
  expect(new Set(expected.map(({ visitor }) => visitor)).size).toBeGreaterThan(50)

  for (const stops of [[35], [40, 60], [70, 3, 12], [88]]) {
    const broken = await open()
    const resumed: number[] = []
    for (const stop of stops) {
      let pieces = 0
      const onProgress = (): void => {
        if (++pieces === stop) throw new Error('killed')
      }
      await expect(run(broken, text, { onProgress, onResume: ({ line }) => resumed.push(line) })).rejects.toThrow('killed')
    }
    expect(await broken.values.list('import:')).toHaveLength(1)
    const last = await run(broken, text, { onResume: ({ line }) => resumed.push(line), now: now + 5 })
    expect(resumed.at(-1)).toBeGreaterThan(300)
    expect(last!.stored).toBeLessThan(3000 - 300)
    expect(withoutNames(await listHits(broken))).toEqual(expected)
    // What visitors are hashed by is gone.
    expect(await broken.values.list('import:')).toEqual([])
  }
})

test('Ctrl-C ends it, and what is stored counts', async () => {
  const text = makeLog(3000)
  const broken = await open()
  const controller = new AbortController()
  let pieces = 0
  const onProgress = (): void => {
    if (++pieces === 30) controller.abort()
  }
  expect(await run(broken, text, { onProgress, signal: controller.signal })).toBeUndefined()
  const stored = (await listHits(broken)).length
  expect(stored).toBeGreaterThan(300)
  const { stored: more, duplicate } = (await run(broken, text))!
  expect(stored + more).toBe(3000)
  expect(duplicate).toBeLessThan(1000)
})

test('notes of imports that nobody goes on with are swept', async () => {
  const { values } = await open()
  const notes = createImportNotes(values, ['a'], () => now)
  const place = { source: 0, file: 0, offset: 1, line: 1 }
  await notes.write({ secret: 's', received: now, done: place, counted: place })
  await notes.write({ secret: 's', received: now, done: { ...place, line: 2 }, counted: place })
  const [key, ...others] = await values.list('import:')
  expect(others).toEqual([])
  expect(await notes.read()).toMatchObject({ done: { line: 2 } })
  expect(await createImportNotes(values, ['b'], () => now).read()).toBeUndefined()
  expect([isOldImportNote(key!, now), isOldImportNote(key!, now + 3 * 86_400_000), isOldImportNote('default:salt:2026-01-01:a', now)]).toEqual([false, true, false])
  expect(await createImportNotes(values, ['a'], () => now + 3 * 86_400_000).read()).toBeUndefined()
})
