import { Buffer } from 'node:buffer'
import type { AppendDriver } from '@treadlight/store'
import { createStorage, type Storage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'

/**
 * What goes wrong with a call: nothing of it happens, half of it, or all of it and the answer is lost, be it that it fails
 * or that it never comes.
 */
export type Fault = 'before' | 'half' | 'after' | 'hang'

export interface FaultyStorage {
  storage: Storage
  values: Map<string, Buffer>
  /** Calls of any kind so far. */
  calls: number
  /** Which call fails, counted from 1, and how. */
  fail?: { call: number; fault: Fault }
  /** The calls so far that change something, by number. */
  changes: Set<number>
  /** Called when a call hangs. */
  onHang?: () => void
  /** Makes writes hang until the answer is called: their bytes can be read, but are not durable. */
  block(): () => void
}

/** Memory that writes once, can append if asked to, and fails on demand. */
export function createFaultyStorage({ append }: { append: boolean }): FaultyStorage {
  const values = new Map<string, Buffer>()
  let blocked: Promise<void> | undefined
  const faulty: FaultyStorage = {
    values,
    calls: 0,
    changes: new Set(),
    storage: createStorage({ driver: createDriver() }),
    block() {
      let release = () => {}
      blocked = new Promise((resolve) => (release = resolve))
      return release
    },
  }
  return faulty

  function createDriver() {
    const driver = {
      ...memoryDriver(),
      name: 'faulty',
      hasItem: (key: string) => run(() => values.has(key)),
      getItem: () => null,
      getItemRaw: (key: string) => run(() => values.get(key) ?? null),
      setItemRaw: (key: string, value: Uint8Array) => write(key, Buffer.from(value)),
      removeItem(key: string) {
        faulty.changes.add(faulty.calls + 1)
        return run(() => void values.delete(key))
      },
      getKeys: () => run(() => [...values.keys(), ...values.keys()]),
      getMeta: (key: string) => run(() => (values.has(key) ? { size: values.get(key)!.length } : null)),
    }
    if (!append) return driver
    const addTo = (key: string, bytes: Uint8Array) => write(key, Buffer.concat([values.get(key) ?? Buffer.of(), bytes]))
    return { ...driver, append: addTo, prepare: (key: string) => write(key, values.get(key) ?? Buffer.of()) } satisfies AppendDriver
  }

  async function write(key: string, value: Buffer): Promise<void> {
    const before = values.get(key)?.length ?? 0
    faulty.changes.add(faulty.calls + 1)
    await run(
      () => void values.set(key, value),
      () => void values.set(key, value.subarray(0, before + ((value.length - before) >> 1))),
    )
    await blocked
  }

  async function run<T>(act: () => T, half: () => unknown = () => undefined): Promise<T> {
    faulty.calls++
    if (faulty.fail?.call !== faulty.calls) return act()
    const { fault } = faulty.fail
    if (fault === 'half') half()
    if (fault === 'after' || fault === 'hang') act()
    if (fault === 'hang') {
      faulty.onHang?.()
      return new Promise(() => {})
    }
    throw Object.assign(new Error(`EIO: ${fault}`), { code: 'EIO' })
  }
}
