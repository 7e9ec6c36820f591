import { execFileSync } from 'node:child_process'
import type * as files from 'node:fs/promises'
import { readFile, truncate } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StoreBusyError } from '../../../packages/store/src/store.ts'
import { makeHit, noon, testId } from '../makeHit.ts'
import { createTemporaryDirectory } from '../temporaryDirectory.ts'
import { createNdjsonFile, listIds } from './ndjsonFile.ts'

/** What the system does wrong next, and what it was asked to do. */
const system = vi.hoisted(() => ({
  /** Bytes that the next write takes before the disk is full. */
  room: undefined as number | undefined,
  failing: new Set<string>(),
  done: [] as string[],
}))

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof files>()
  const fail = (call: string) => {
    if (system.failing.delete(call)) throw Object.assign(new Error(`${call} failed`), { code: 'EIO' })
  }
  return {
    ...real,
    async open(path: string, ...rest: [string, number?]) {
      const handle = await real.open(path, ...rest)
      const write = handle.write.bind(handle) as (bytes: Buffer, at: number, length?: number) => Promise<{ bytesWritten: number }>
      Object.assign(handle, {
        async write(bytes: Buffer, at = 0) {
          const room = system.room
          if (room === undefined) {
            system.done.push(`write ${path}`)
            return write(bytes, at)
          }
          system.room = undefined
          if (room > 0) await write(bytes, at, room)
          throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        },
      })
      for (const call of ['datasync', 'sync'] as const) {
        const sync = handle[call].bind(handle)
        handle[call] = async () => {
          fail(call)
          await sync()
          system.done.push(`${call} ${path}`)
        }
      }
      return handle
    },
    async rename(from: string, to: string) {
      fail('rename')
      await real.rename(from, to)
      system.done.push(`rename ${to}`)
    },
  }
})

/** What was done while `act` ran. */
async function callsOf(path: string, act: () => unknown): Promise<string[]> {
  system.done.length = 0
  await act()
  return system.done.map((call) => call.replace(/\/.*/, (at) => relative(dirname(path), at) || '.'))
}

describe('PT18 ndjson: writes that fail', () => {
  test('after any part of a group was written, the next hits are whole, and at most the torn line is missing', async () => {
    const hits = [makeHit({ id: testId(2) }), makeHit({ id: testId(3) })]
    const lengths = hits.map((hit) => Buffer.byteLength(JSON.stringify(hit)) + ',"crc":"00000000"\n'.length)
    const total = lengths[0]! + lengths[1]!
    for (let room = 0; room <= total; room += 7) {
      const file = await createNdjsonFile()
      const store = await file.open()
      await store.append([makeHit({ id: testId(1) })])
      const before = (await readFile(file.path)).length
      system.room = room
      const error = await store.append(hits).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(StoreBusyError)
      expect((error as Error).message).toMatch(/could not append to .*ENOSPC\): free some space/)
      expect(await listIds(store)).toEqual([testId(1)])
      const torn = room > 0 && room !== lengths[0] && room !== total
      const offset = before + (room > lengths[0]! ? lengths[0]! : 0)
      expect(file.problems, `room for ${room}`).toEqual(torn ? [{ key: file.path, offset, reason: 'torn' }] : [])
      // Sent again, the half of them meets its twin.
      expect(await store.append([hits[1]!, makeHit({ id: testId(4) })])).toEqual(['stored', 'stored'])
      await store.close()
      file.problems.length = 0
      const again = await file.open()
      const expected = [testId(1), ...(room >= lengths[0]! - 1 ? [testId(2)] : []), testId(3), testId(4)]
      expect(await listIds(again), `room for ${room}`).toEqual(expected)
      expect(file.problems).toEqual([])
      await again.close()
    }
  })

  test.each([[[30, 0, 1, 20]], [[30, 20]], [[30, 1]], [[30, 45, 3]], [[30, 200]]])('a torn line is ended also when ending it fails (room for %j), and is no damage afterwards', async (rooms) => {
    const file = await createNdjsonFile()
    const store = await file.open()
    for (const room of rooms) {
      system.room = room
      await expect(store.append([makeHit()])).rejects.toThrow(StoreBusyError)
    }
    await store.append([makeHit({ id: testId(1) })])
    await store.close()
    file.problems.length = 0
    expect(await listIds(await file.open())).toEqual([testId(1)])
    expect(file.problems).toEqual([])
  })

  test('a process that is killed while it ends a torn line leaves no damage either', async () => {
    const file = await createNdjsonFile()
    const store = await file.open()
    for (const room of [30, 20]) {
      system.room = room
      await expect(store.append([makeHit()])).rejects.toThrow(StoreBusyError)
    }
    await store.close()
    file.problems.length = 0
    const next = await file.open()
    await next.append([makeHit({ id: testId(1) })])
    await next.close()
    expect(await listIds(await file.open())).toEqual([testId(1)])
    expect(file.problems).toEqual([])
  })

  test('what the disk did not confirm is not acknowledged', async () => {
    const { open } = await createNdjsonFile()
    const store = await open({ sync: true })
    system.failing.add('datasync')
    await expect(store.append([makeHit({ id: testId(1) })])).rejects.toThrow(StoreBusyError)
    expect(await listIds(store)).toEqual([])
    expect(await store.append([makeHit({ id: testId(1) })])).toEqual(['stored'])
    await store.close()
    expect(await listIds(await open())).toEqual([testId(1)])
  })

  test('identify, erase and prune that could not be written change nothing', async () => {
    const { open } = await createNdjsonFile()
    const store = await open({ now: () => noon })
    await store.append([makeHit({ session: 's1', time: noon - 1 })])
    const calls = [
      () => store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon }),
      () => store.erase({ site: 'shop', session: 's1' }),
      () => store.prune({ anonymous: 0, authenticated: 0 }),
    ]
    for (const call of calls) {
      system.room = 0
      await expect(call()).rejects.toThrow('ENOSPC')
    }
    for await (const hit of store.hits({ site: 'shop' })) expect(hit.user).toBe('')
    expect(await listIds(store)).toHaveLength(1)
  })

  test.each(['rename', 'sync'])('a rewrite whose %s fails leaves the file as it was', async (call) => {
    const { path, open } = await createNdjsonFile()
    const store = await open({ now: () => noon, sync: true })
    await store.append([makeHit({ user: 'u1' }), makeHit({ id: testId(1) })])
    await store.erase({ site: 'shop', user: 'u1' })
    const before = await readFile(path, 'utf8')
    system.failing.add(call)
    await expect(store.maintain()).rejects.toThrow()
    expect(await readFile(path, 'utf8')).toBe(before)
    await store.append([makeHit({ id: testId(2) })])
    await store.maintain()
    expect(await readFile(path, 'utf8')).not.toContain('"u1"')
    await store.close()
    expect(await listIds(await open())).toEqual([testId(1), testId(2)])
  })

  test('cut short by another program: nothing more is acknowledged', async () => {
    const { path, open } = await createNdjsonFile()
    const store = await open()
    await store.append([makeHit()])
    await truncate(path, 100)
    await expect(store.append([makeHit()])).rejects.toThrow('by another program')
    system.room = 0
    await expect(store.append([makeHit()])).rejects.toThrow('by another program')
    system.room = undefined
  })
})

// Windows syncs no directories.
describe.skipIf(process.platform === 'win32')('PT18 ndjson: what is acknowledged is on the disk', () => {
  test('a new file before it is used, each group by one write, a rewrite before it has the name', async () => {
    const { path, open } = await createNdjsonFile()
    let store: Awaited<ReturnType<typeof open>>
    const opened = await callsOf(path, async () => void (store = await open({ sync: true, now: () => noon })))
    expect(opened.slice(-4)).toEqual(['write hits.ndjson.rewrite', 'sync hits.ndjson.rewrite', 'rename hits.ndjson', 'sync .'])
    const hits = Array.from({ length: 50 }, () => makeHit({ user: 'u1' }))
    // The descriptor was opened under the name that the file had then.
    const group = ['write hits.ndjson.rewrite', 'datasync hits.ndjson.rewrite']
    expect(await callsOf(path, () => Promise.all(hits.map((hit) => store.append([hit]))))).toEqual(group)
    expect(await callsOf(path, () => store.erase({ site: 'shop', user: 'u1' }))).toEqual(group)
    expect(await callsOf(path, () => store.maintain())).toEqual([...group.with(1, 'sync hits.ndjson.rewrite'), 'rename hits.ndjson', 'sync .'])
    await store!.close()
    // Whoever wrote it may have been killed before the disk had it.
    expect((await callsOf(path, () => open({ sync: true }))).slice(-2)).toEqual(['datasync hits.ndjson', 'sync .'])
  })

  test('without sync nothing waits for the disk', async () => {
    const { path, open } = await createNdjsonFile()
    const calls = await callsOf(path, async () => {
      const store = await open()
      expect(store.durability).toBe('volatile')
      await store.append([makeHit()])
    })
    expect(calls.filter((call) => call.includes('sync'))).toEqual([])
  })
})

function shell(command: string): void {
  execFileSync('sh', ['-c', command], { stdio: 'ignore' })
}

function mountSmallDisk(at: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    shell(`mount -t tmpfs -o size=64k tmpfs ${at}`)
    return true
  } catch {
    return false
  }
}

test('PT18 ndjson: on a disk that is full', async ({ skip }) => {
  const disk = await createTemporaryDirectory()
  if (!mountSmallDisk(disk)) skip('only root on Linux can make a small disk')
  const file = await createNdjsonFile()
  const path = join(disk, 'hits.ndjson')
  const store = await file.open({ path })
  onTestFinished(async () => {
    await store.close()
    shell(`umount ${disk}`)
  })
  const stored: string[] = []
  let error: unknown
  while (error === undefined) {
    const hits = Array.from({ length: 7 }, () => makeHit())
    error = await store.append(hits).then(() => void stored.push(...hits.map(({ id }) => id)), (cause: unknown) => cause)
  }
  expect((error as Error).message).toMatch(/ENOSPC\): free some space/)
  shell(`mount -o remount,size=128k ${disk}`)
  const last = makeHit()
  await store.append([last])
  await store.close()
  const ids = await listIds(await file.open({ path }))
  expect(ids).toEqual(expect.arrayContaining([...stored, last.id]))
  expect(file.problems.length).toBeLessThanOrEqual(1)
})
