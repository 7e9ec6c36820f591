import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AwsClient } from 'aws4fetch'
import { missingPeer } from '../importPeer.ts'
import { createLimit } from './limit.ts'
import { textOf } from './s3Listing.ts'
import { createTimeoutError, defaultTimeout } from './timeLimit.ts'

export interface S3ClientOptions {
  bucket: string
  /** @default 'us-east-1' */
  region?: string
  /** `https://minio.example:9000`. @default Amazon's of the region */
  endpoint?: string
  accessKeyId: string
  secretAccessKey: string
  /** Of temporary keys. */
  sessionToken?: string
  /** Whether the bucket is the first part of the path instead of the host. @default true with an endpoint or a dotted bucket */
  pathStyle?: boolean
  /** After how long a request fails, retries included, ms. @default 30_000 */
  timeout?: number
  /** How often a request is sent again after a busy or broken answer. @default 5 */
  retries?: number
  /** Requests at once; others wait for their turn. @default 64 */
  parallel?: number
}

interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Without it the bucket is meant. */
  name?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: Uint8Array
  /** What else it answers is an error. */
  expected: number[]
}

export interface S3Response {
  status: number
  headers: Headers
  bytes: Uint8Array
  /** Whether it was sent before, and that sending may have taken effect. */
  resent: boolean
}

export interface S3Client {
  /** @throws S3Error for an answer that is not expected; what `fetch` throws where there was none */
  request(request: S3Request): Promise<S3Response>
}

/** What the endpoint said instead. */
class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number
  /** `NoSuchBucket` and the like; '' where the endpoint does not say. */
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super([status, reason, message].filter(Boolean).join(' '))
    this.status = status
    this.reason = reason
  }
}

/** Busy, failing, or a conditional write that met another one. */
const retriable = new Set([408, 409, 429, 500, 502, 503, 504])
/** The pause before the first retry and the longest, ms. */
const firstPause = 100
const longestPause = 5000

export async function createS3Client(options: S3ClientOptions): Promise<S3Client> {
  const { region = 'us-east-1', timeout = defaultTimeout, retries = 5, parallel = 64 } = options
  const address = addressOf(options, region)
  const limited = createLimit(parallel)
  const { AwsClient } = await import('aws4fetch').catch(missingPeer('s3', 'aws4fetch'))
  const { accessKeyId, secretAccessKey, sessionToken } = options
  const signer = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', ...(sessionToken !== undefined && { sessionToken }) })

  async function sendUntil(request: S3Request, signal: AbortSignal): Promise<S3Response> {
    for (let sending = 0; ; sending++) {
      const isLast = sending === retries
      try {
        const response = await sendOnce(signer, address, request, signal)
        const resent = sending > 0
        if (request.expected.includes(response.status) && !isBucketMissing(response)) return { ...response, resent }
        if (isLast || !retriable.has(response.status)) throw errorOf(response)
      } catch (error) {
        if (signal.aborted) throw createTimeoutError(timeout)
        if (isLast || error instanceof S3Error) throw error
      }
      await pause(sending, signal, timeout)
    }
  }

  return {
    request: (request) => limited(() => sendUntil(request, AbortSignal.timeout(timeout))),
  }
}

/** Grows, and is spread out: what failed together is not to come back together. */
async function pause(sending: number, signal: AbortSignal, timeout: number): Promise<void> {
  const longest = Math.min(firstPause * 2 ** sending, longestPause)
  try {
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal })
  } catch {
    throw createTimeoutError(timeout)
  }
}

async function sendOnce(signer: AwsClient, address: URL, request: S3Request, signal: AbortSignal): Promise<Omit<S3Response, 'resent'>> {
  const { method, name = '', query = {}, headers = {}, body } = request
  const url = new URL(address)
  url.pathname += name.split('/').map(encodeURIComponent).join('/')
  url.search = new URLSearchParams(query).toString().replaceAll('+', '%20')
  const signed = await signer.sign(url.href, {
    method,
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body ?? '').digest('hex') },
    ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    // A redirect would be sent with a signature for another host.
    redirect: 'manual',
    signal,
  })
  const response = await fetch(signed)
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

/** @throws RangeError for what cannot be an address */
function addressOf({ bucket, endpoint, pathStyle }: S3ClientOptions, region: string): URL {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(bucket)) throw new RangeError(`[treadlight s3] ${JSON.stringify(bucket)} is no name of a bucket`)
  const text = endpoint ?? `https://s3.${region}.amazonaws.com`
  const url = URL.parse?.(text) ?? (URL.canParse(text) ? new URL(text) : null)
  if (!url || !/^https?:$/.test(url.protocol)) throw new RangeError('[treadlight s3] endpoint must be a URL such as https://minio.example:9000')
  const path = url.pathname.replace(/\/*$/, '/')
  // A wildcard certificate covers no dots.
  if (pathStyle ?? (endpoint !== undefined || bucket.includes('.'))) return new URL(`${url.origin}${path}${bucket}/`)
  return new URL(`${url.protocol}//${bucket}.${url.host}${path}`)
}

/** A bucket that is not there also answers 404, and must not pass for an empty one. */
function isBucketMissing({ status, bytes }: Pick<S3Response, 'status' | 'bytes'>): boolean {
  return status === 404 && new TextDecoder().decode(bytes).includes('NoSuchBucket')
}

function errorOf({ status, bytes }: Pick<S3Response, 'status' | 'bytes'>): S3Error {
  const xml = new TextDecoder().decode(bytes)
  return new S3Error(status, textOf(xml, 'Code') ?? '', textOf(xml, 'Message') ?? '')
}

const remedies: [pattern: RegExp, remedy: string][] = [
  [/NoSuchBucket/, 'make the bucket, or correct its name'],
  [/RequestTimeTooSkewed/, 'set the clock of this machine'],
  [/InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken/, 'correct accessKeyId, secretAccessKey and sessionToken'],
  [/AuthorizationHeaderMalformed|PermanentRedirect|TemporaryRedirect/, 'correct region and endpoint'],
]

/** What the owner can do about an error of a request. */
export function remedyOf(cause: unknown): string {
  // https://fetch.spec.whatwg.org/#port-blocking
  if (cause instanceof Error && cause.cause instanceof Error && cause.cause.message === 'bad port') return 'give endpoint another port: fetch refuses this one'
  if (!(cause instanceof S3Error)) return 'check endpoint, and the network'
  const known = remedies.find(([pattern]) => pattern.test(cause.reason))?.[1]
  if (known !== undefined) return known
  if (cause.status === 401 || cause.status === 403) return 'allow these keys to get, put, delete and list the objects of the bucket'
  if (cause.status >= 500 || cause.status === 429) return 'it is busy or failing: see its status'
  return 'check endpoint, bucket and region'
}
