import type { Check } from '../checkStorage.ts'
import { createDriver, isKey, toView, type Backend, type StoreDriver } from './storeDriver.ts'
import { defaultTimeout } from './timeLimit.ts'

/** What is used of Cloudflare's `KVNamespace`. */
export interface KvNamespaceBinding {
  put(key: string, value: Uint8Array): Promise<void>
  get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>
  delete(key: string): Promise<void>
  list(options: { prefix: string; cursor?: string }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>
}

export interface CloudflareKvDriverOptions {
  /** The namespace as the Worker is given it, `env.HITS`. */
  binding: KvNamespaceBinding
  /** What all keys in the namespace begin with. @default 'treadlight' */
  base?: string
  /** True says that you know what is written at `createCloudflareKvDriver`; without it the driver is refused. */
  acceptEventualConsistency: true
  /** After how long a call fails, ms. @default 30_000 */
  timeout?: number
}

/** How long other places may not see a write or a deletion, by Cloudflare's documentation, ms. */
const kvLag = 60_000

/**
 * An unstorage driver on Cloudflare KV, which is eventually consistent: take R2 where you can.
 *
 * What suffices. A resolved write is durable: it is lost no more than on R2, since every value is written once, under a
 * key of its own. The union of hits by id is right however late they are seen.
 *
 * What does not. For up to 60 s other places, or this one after a restart, may not list what was written (answers lag)
 * and may still read what was deleted (deleted hits come back). So whoever deletes or replaces values must leave more
 * than 60 s between writing the new and deleting the old, and pruning reports its deletions as failed though they take
 * effect. Nothing creates exclusively: two collectors that start in the same minute may each choose a salt, and count
 * visitors twice until one gives way. A value may have 25 MiB, a key 512 bytes.
 *
 * @throws RangeError unless that is accepted
 * @example
 * const driver = createCloudflareKvDriver({ binding: env.HITS, acceptEventualConsistency: true })
 */
export function createCloudflareKvDriver(options: CloudflareKvDriverOptions): StoreDriver {
  const { binding, base = 'treadlight', timeout = defaultTimeout } = options
  if ((options.acceptEventualConsistency as unknown) !== true) {
    throw new RangeError(
      '[treadlight cloudflare-kv] KV shows writes and deletions elsewhere up to 60 s late: choose r2, or set acceptEventualConsistency to true',
    )
  }

  const backend: Backend = {
    name: 'cloudflare-kv',
    exclusive: false,
    async create(key, bytes) {
      await binding.put(`${base}:${key}`, toView(bytes))
      return true
    },
    async read(key) {
      const bytes = await binding.get(`${base}:${key}`, 'arrayBuffer')
      return bytes === null ? undefined : new Uint8Array(bytes)
    },
    has: async (key) => (await binding.get(`${base}:${key}`, 'arrayBuffer')) !== null,
    async list(scope) {
      const keys: string[] = []
      let cursor: string | undefined
      do {
        const page = await binding.list({ prefix: `${base}:${scope}`, ...(cursor !== undefined && { cursor }) })
        keys.push(...page.keys.map(({ name }) => name.slice(base.length + 1)).filter(isKey))
        if (!page.list_complete && !page.cursor) throw new Error('the listing is cut off and does not say where it goes on')
        cursor = page.list_complete ? undefined : page.cursor
      } while (cursor !== undefined)
      return keys
    },
    remove: (key) => binding.delete(`${base}:${key}`),
    remedy: () => 'check the binding in the configuration of the Worker, and its limits',
    checks: async () => [consistencyCheck],
  }
  return createDriver(backend, timeout)
}

const consistencyCheck: Check = {
  name: 'cloudflare-kv consistency',
  ok: 'warning',
  detail: `a hit answered 201 is stored, but other places may not see it, or still see what was deleted, for up to ${kvLag / 1000} s`,
  remedy: 'choose r2',
}
