import { createObjectNames } from './objectName.ts'
import { createDriver, toView, type Backend, type PartDriver, type StoreDriver } from './storeDriver.ts'
import { defaultTimeout } from './timeLimit.ts'

/** What is used of Cloudflare's `R2Bucket`. */
export interface R2BucketBinding {
  put(name: string, value: Uint8Array, options: { onlyIf: { etagDoesNotMatch: string } }): Promise<object | null>
  get(name: string, options?: { range: { offset: number; length: number } }): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>
  head(name: string): Promise<{ size: number } | null>
  delete(name: string): Promise<void>
  list(options: { prefix: string; cursor?: string }): Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>
}

export interface R2DriverOptions {
  /** The bucket as the Worker is given it, `env.BUCKET`. */
  binding: R2BucketBinding
  /** What the names of all objects begin with, `analytics/`. @default '' */
  prefix?: string
  /** After how long a call fails, ms. @default 30_000 */
  timeout?: number
}

/**
 * An unstorage driver on a Cloudflare R2 bucket. R2 is strongly consistent, shows objects as a whole and creates
 * exclusively; listings are complete. The names are those of the `s3` driver, so that both can read one bucket.
 *
 * @example
 * const driver = createR2Driver({ binding: env.BUCKET })
 */
export function createR2Driver(options: R2DriverOptions): StoreDriver & Partial<PartDriver> {
  const { binding, prefix = '', timeout = defaultTimeout } = options
  const names = createObjectNames(prefix)

  const backend: Backend = {
    name: 'r2',
    exclusive: true,
    async create(key, bytes) {
      return (await binding.put(names.of(key), toView(bytes), { onlyIf: { etagDoesNotMatch: '*' } })) !== null
    },
    async read(key) {
      const object = await binding.get(names.of(key))
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
    },
    async readPart(key, start, end) {
      const name = names.of(key)
      const object = await binding.get(name, { range: { offset: start, length: end - start } }).catch(async (error: unknown) => {
        // It refuses a part that begins behind the end.
        const { size = Infinity } = (await binding.head(name)) ?? {}
        if (size <= start) return { arrayBuffer: async () => new ArrayBuffer() }
        throw error
      })
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
    },
    has: async (key) => (await binding.head(names.of(key))) !== null,
    async list(scope) {
      const keys: string[] = []
      let cursor: string | undefined
      do {
        const page = await binding.list({ prefix: names.of(scope), ...(cursor !== undefined && { cursor }) })
        keys.push(...page.objects.flatMap(({ key }) => names.keyOf(key) ?? []))
        if (page.truncated && page.cursor === undefined) throw new Error('the listing is cut off and does not say where it goes on')
        cursor = page.truncated ? page.cursor : undefined
      } while (cursor !== undefined)
      return keys
    },
    remove: (key) => binding.delete(names.of(key)),
    remedy: () => 'check the binding in the configuration of the Worker',
  }
  return createDriver(backend, timeout)
}
