import { randomUUID } from 'node:crypto'
import type { Check } from '../checkStorage.ts'
import { createObjectNames } from './objectName.ts'
import { createS3Client, remedyOf, type S3ClientOptions, type S3Response } from './s3Client.ts'
import { parseListing, textOf } from './s3Listing.ts'
import { createDriver, type Backend, type PartDriver, type StoreDriver } from './storeDriver.ts'

export interface S3DriverOptions extends S3ClientOptions {
  /** What the names of all objects begin with, `analytics/`. @default '' */
  prefix?: string
}

/** Says which write made an object, so that a write that was sent twice knows its own. */
const nonceHeader = 'x-amz-meta-treadlight-write'

/**
 * An unstorage driver on an S3 bucket, or what speaks like it. Objects appear as a whole; `If-None-Match: *` creates
 * exclusively, where the endpoint knows it: after a 501 it is left out, and `exclusive` is false. Listings are complete
 * and scoped to the prefix, and never touch what others keep in the bucket. There is no `clear`.
 *
 * Busy and failing answers (429, 5xx) and broken connections are tried again, with growing pauses, until `timeout`. Bodies
 * are signed, so that the endpoint refuses what was changed on the way.
 *
 * In a bucket with versions a removal only hides: `checks` says so, since what was erased would be kept.
 *
 * @throws RangeError for options that cannot work, Error naming what to install
 * @example
 * const driver = await createS3Driver({ bucket: 'analytics', region: 'eu-central-1', accessKeyId, secretAccessKey })
 */
export async function createS3Driver(options: S3DriverOptions): Promise<StoreDriver & Partial<PartDriver>> {
  const { prefix = '' } = options
  const names = createObjectNames(prefix)
  const client = await createS3Client(options)
  let conditional = true

  const backend: Backend = {
    name: 's3',
    get exclusive() {
      return conditional
    },
    async create(key, bytes) {
      const nonce = randomUUID()
      const headers: Record<string, string> = { [nonceHeader]: nonce, 'content-type': 'application/octet-stream' }
      if (conditional) headers['if-none-match'] = '*'
      const put = () => client.request({ method: 'PUT', name: names.of(key), headers, body: bytes, expected: [200, 201, 204, 412, 501] })
      let { status, resent } = await put()
      if (status === 501 && conditional) {
        conditional = false
        delete headers['if-none-match']
        ;({ status, resent } = await put())
      }
      if (status === 501) throw new Error('501 for a plain PUT')
      if (status !== 412) return true
      // The first sending may have been the one that is there.
      return resent && (await nonceOf(key)) === nonce
    },
    async read(key) {
      const { status, bytes } = await client.request({ method: 'GET', name: names.of(key), expected: [200, 404] })
      return status === 200 ? bytes : undefined
    },
    async readPart(key, start, end) {
      const headers = { range: `bytes=${start}-${end - 1}` }
      const { status, bytes } = await client.request({ method: 'GET', name: names.of(key), headers, expected: [200, 206, 404, 416] })
      if (status === 404) return undefined
      if (status === 416) return new Uint8Array()
      // Who does not know ranges sends all of it.
      return status === 206 ? bytes : bytes.subarray(start, end)
    },
    async has(key) {
      return (await client.request({ method: 'HEAD', name: names.of(key), expected: [200, 404] })).status === 200
    },
    async list(scope) {
      const keys: string[] = []
      let token: string | undefined
      do {
        const page = await listPage(names.of(scope), token)
        keys.push(...page.names.flatMap((name) => names.keyOf(name) ?? []))
        // Else it would go on for ever.
        if (page.next !== undefined && page.next === token) throw new Error('the listing does not go on')
        token = page.next
      } while (token !== undefined)
      return keys
    },
    async remove(key) {
      await client.request({ method: 'DELETE', name: names.of(key), expected: [200, 204, 404] })
    },
    remedy: remedyOf,
    checks: async () => checkVersions(await client.request({ method: 'GET', query: { versioning: '' }, expected: [200, 403, 404, 405, 501] })),
  }

  async function nonceOf(key: string): Promise<string | null> {
    return (await client.request({ method: 'HEAD', name: names.of(key), expected: [200, 404] })).headers.get(nonceHeader)
  }

  async function listPage(scope: string, token: string | undefined): Promise<ReturnType<typeof parseListing>> {
    const query = { 'list-type': '2', 'max-keys': '1000', prefix: scope, ...(token !== undefined && { 'continuation-token': token }) }
    const { bytes } = await client.request({ method: 'GET', query, expected: [200] })
    return parseListing(new TextDecoder().decode(bytes))
  }

  // The client ends each request; what waits for its turn does so because others are on their way.
  return createDriver(backend, Infinity)
}

function checkVersions({ status, bytes }: S3Response): Check[] {
  // Not every key may ask, and not every endpoint has versions.
  if (status !== 200) return []
  const name = 's3 versions'
  const state = textOf(new TextDecoder().decode(bytes), 'Status')
  if (state === undefined) return [{ name, ok: true, detail: 'the bucket keeps no old versions: what is removed is gone' }]
  const detail = `versioning is ${state.toLowerCase()}: what was pruned or erased may be kept as an old version`
  return [{ name, ok: 'warning', detail, remedy: 'expire noncurrent versions after a day, by a lifecycle rule' }]
}
