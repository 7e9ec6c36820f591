// `diskFaultWorker.ts KIND FOLDER ROUNDS`: makes a disk fail under a store and prints what came of it, as JSON.
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStore, openStorage, type Store, type StoredHit } from '@treadlight/store'
import { makeHit, testId } from '../store/makeHit.ts'

/** Makes every write fail, and lets them work again. */
interface Trouble {
  begin(): void
  end(): void
}

export interface DiskReport {
  hits: number
  refused: number
  lost: string[]
  twice: string[]
  errors: string[]
}

const site = 'shop'
const [kind = '', folder = '', rounds = '1'] = process.argv.slice(2)
const troubles: Record<string, (folder: string) => Trouble> = { ENOSPC: fillUp, EROFS: remount, EMFILE: openFiles, EACCES: forbid }
const report: DiskReport = { hits: 0, refused: 0, lost: [], twice: [], errors: [] }
const acknowledged = new Set<string>()
const sent = new Set<string>()
let made = 0

await main()
process.stdout.write(JSON.stringify(report))

async function main(): Promise<void> {
  const trouble = troubles[kind]!(folder)
  const { storage, durability } = await openStorage({ driver: 'fs', base: join(folder, 'data') })
  const store = await createStore({ storage, durability, onError: () => {} })
  for (let round = 0; round < Number(rounds); round++) {
    await expectStored(store)
    // What is open already can still be written to by some systems.
    await storage.dispose?.()
    trouble.begin()
    try {
      await expectRefused(store)
      await store.maintain({ force: true }).catch(() => undefined)
      await compare(store, 'while it lasts')
    } finally {
      trouble.end()
    }
    await expectStored(store)
    await compare(store, 'afterwards')
  }
  await store.maintain({ force: true })
  await compare(store, 'after upkeep')
  await store.close()
  await storage.dispose()
  const again = await openStorage({ driver: 'fs', base: join(folder, 'data') })
  await compare(await createStore(again), 'opened again')
  report.hits = acknowledged.size
}

async function expectStored(store: Store): Promise<void> {
  for (let count = 0; count < 3; count++) {
    const error = await send(store)
    if (error !== undefined) report.errors.push(`not stored, though nothing is wrong: ${String(error)} ${String((error as Error).cause)}`)
  }
}

/** A last bit of room may be left for some. */
async function expectRefused(store: Store): Promise<void> {
  let refused = 0
  for (let count = 0; count < 40 && refused < 3; count++) {
    const error = await send(store)
    if (error === undefined) continue
    refused++
    if (!(error instanceof Error) || error.name !== 'StoreBusyError') report.errors.push(`refused with ${String(error)}`)
  }
  report.refused += refused
  if (refused < 3) report.errors.push('nothing was refused')
}

async function send(store: Store): Promise<unknown> {
  const hit: StoredHit = makeHit({ id: testId(made++, Date.now()), time: Date.now(), title: 'x'.repeat(3000) })
  sent.add(hit.id)
  try {
    await store.append([hit])
    acknowledged.add(hit.id)
    return undefined
  } catch (error) {
    return error
  }
}

async function compare(store: Store, when: string): Promise<void> {
  const ids: string[] = []
  try {
    for await (const { id } of store.hits({ site })) ids.push(id)
  } catch (error) {
    // Without handles or rights nothing can be listed: no answer is no wrong answer.
    if (when !== 'while it lasts') report.errors.push(`${when}: ${String(error)}`)
    return
  }
  report.lost.push(...[...acknowledged].filter((id) => !ids.includes(id)).map((id) => `${when}: ${id}`))
  report.twice.push(...ids.filter((id, index) => !sent.has(id) || ids.indexOf(id) !== index).map((id) => `${when}: ${id}`))
}

/** To the last byte. */
function fillUp(folder: string): Trouble {
  const filler = join(folder, 'filler')
  return {
    begin() {
      for (const size of [65_536, 4096, 1]) {
        try {
          for (let count = 0; count < 32; count++) writeFileSync(filler, 'x'.repeat(size), { flag: 'a' })
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    },
    end: () => rmSync(filler),
  }
}

function remount(folder: string): Trouble {
  return {
    begin: () => void execFileSync('mount', ['-o', 'remount,ro', folder]),
    end: () => void execFileSync('mount', ['-o', 'remount,rw', folder]),
  }
}

/** Until the system gives no more; the limit of this process is low. */
function openFiles(): Trouble {
  let handles: number[] = []
  return {
    begin() {
      try {
        while (true) handles.push(openSync('/dev/null', 'r'))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error
      }
    },
    end() {
      handles.forEach(closeSync)
      handles = []
    },
  }
}

function forbid(folder: string): Trouble {
  return { begin: () => forbidTree(folder, 0), end: () => forbidTree(folder, 0o700) }
}

function forbidTree(folder: string, mode: number): void {
  chmodSync(join(folder, 'data'), mode)
}
