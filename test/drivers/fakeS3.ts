import { Buffer } from 'node:buffer'
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong with a request. `…-after` has taken effect before the answer is lost. */
export type S3Fault = 'slow-down' | 'slow-down-after' | 'reset' | 'reset-after' | 'hang' | 'conflict' | 'half' | 'redirect'

export interface FakeS3 {
  endpoint: string
  /** What a driver needs to be let in. */
  account: { bucket: string; region: string; accessKeyId: string; secretAccessKey: string }
  /** By name. */
  objects: Map<string, FakeObject>
  /** Method and name of each request, in order. */
  requests: string[]
  /** Faults of the next requests, in order. */
  faults: S3Fault[]
  /** Whether `If-None-Match: *` is honoured, answered with 501, or not looked at. */
  conditional: 'yes' | 'not-implemented' | 'ignored'
  /** Whether the bucket keeps old versions; undefined for an endpoint that knows of none. */
  versioning: 'Enabled' | '' | undefined
  /** Whether parts of objects can be read; else all of them is answered. */
  ranges: boolean
  /** Encodes the names of listings, as some endpoints do unasked. */
  urlEncoded: boolean
  /** What each request waits for before anything happens; undefined for nothing. */
  hold: (() => Promise<void>) | undefined
  close(): Promise<void>
}

interface FakeObject {
  bytes: Buffer
  headers: Record<string, string>
}

interface Call {
  request: IncomingMessage
  response: ServerResponse
  url: URL
  /** '' for the bucket. */
  name: string
  body: Buffer
}

const account = { bucket: 'hits', region: 'eu-test-1', accessKeyId: 'fake-id', secretAccessKey: 'fake-secret' }
const pageSize = 1000

/** As much of S3 as the driver uses, over real HTTP: signatures, pages, conditional writes, and faults on demand. */
export async function startFakeS3(): Promise<FakeS3> {
  const server = createServer((request, response) => void receive(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 2048, resolve))
  const fake: FakeS3 = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    objects: new Map(),
    requests: [],
    faults: [],
    conditional: 'yes',
    versioning: undefined,
    ranges: true,
    urlEncoded: false,
    hold: undefined,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', fake.endpoint)
    const [, bucket, name = ''] = /^\/([^/]+)\/?(.*)$/s.exec(decodeURIComponent(url.pathname)) ?? []
    const call: Call = { request, response, url, name, body: Buffer.concat(chunks) }
    fake.requests.push(`${request.method} ${name}`)
    await fake.hold?.()
    const fault = fake.faults.shift()
    if (fault && !fault.endsWith('-after') && fault !== 'half') return fail(call, fault)
    const refusal = findRefusal(call)
    if (refusal) return refuse(response, 403, refusal)
    if (bucket !== account.bucket) return refuse(response, 404, 'NoSuchBucket')
    if (fault) return fail(call, fault)
    answer(call)
  }

  function fail(call: Call, fault: S3Fault): void {
    const { request, response } = call
    if (fault.endsWith('-after') && isChange(request)) change(call)
    if (fault === 'hang') return
    if (fault === 'redirect') {
      response.setHeader('location', `${fake.endpoint}/${account.bucket}/a/elsewhere`)
      return refuse(response, 301, 'PermanentRedirect')
    }
    if (fault === 'conflict') return refuse(response, 409, 'ConditionalRequestConflict')
    if (fault.startsWith('slow-down')) return refuse(response, 503, 'SlowDown')
    if (fault === 'half') response.writeHead(200, { 'content-length': '1000' }).write('half')
    setTimeout(() => request.socket.destroy(), 5)
  }

  function answer(call: Call): void {
    const { request, response, name, url } = call
    if (url.searchParams.has('versioning')) return tellVersioning(response)
    if (name === '') return list(url, response)
    const object = fake.objects.get(name)
    if (isChange(request)) return change(call, response)
    if (!object) return refuse(response, 404, 'NoSuchKey')
    const part = fake.ranges ? partOf(object, request) : undefined
    if (part?.length === 0) return refuse(response, 416, 'InvalidRange')
    const bytes = part ?? object.bytes
    response.writeHead(part ? 206 : 200, { ...object.headers, 'content-length': String(bytes.length) }).end(request.method === 'GET' ? bytes : undefined)
  }

  function tellVersioning(response: ServerResponse): void {
    if (fake.versioning === undefined) return refuse(response, 501, 'NotImplemented')
    const status = fake.versioning && `<Status>${fake.versioning}</Status>`
    response.writeHead(200).end(`<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${status}</VersioningConfiguration>`)
  }

  function change({ request, name, body }: Call, response?: ServerResponse): void {
    if (request.method === 'DELETE') {
      fake.objects.delete(name)
      return void response?.writeHead(204).end()
    }
    if (request.headers['if-none-match'] === '*' && fake.conditional !== 'ignored') {
      if (fake.conditional === 'not-implemented') return response && refuse(response, 501, 'NotImplemented')
      if (fake.objects.has(name)) return response && refuse(response, 412, 'PreconditionFailed')
    }
    const headers = Object.entries(request.headers).filter(([header]) => header.startsWith('x-amz-meta-'))
    fake.objects.set(name, { bytes: body, headers: Object.fromEntries(headers) as Record<string, string> })
    response?.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
  }

  function list({ searchParams }: URL, response: ServerResponse): void {
    const prefix = searchParams.get('prefix') ?? ''
    const after = Buffer.from(searchParams.get('continuation-token') ?? '', 'base64').toString()
    const names = [...fake.objects.keys()].filter((name) => name.startsWith(prefix) && name > after).toSorted()
    const page = names.slice(0, Math.min(pageSize, Number(searchParams.get('max-keys') ?? pageSize)))
    const truncated = page.length < names.length
    const token = truncated ? `<NextContinuationToken>${Buffer.from(page.at(-1)!).toString('base64')}</NextContinuationToken>` : ''
    const encode = (name: string) => (fake.urlEncoded ? encodeURIComponent(name).replaceAll('%20', '+') : escapeXml(name))
    const contents = page.map((name) => `<Contents><Key>${encode(name)}</Key><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>`)
    response.writeHead(200, { 'content-type': 'application/xml' }).end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${account.bucket}</Name>` +
        `<Prefix>${encode(prefix)}</Prefix><IsTruncated>${truncated}</IsTruncated>${token}` +
        `${fake.urlEncoded ? '<EncodingType>url</EncodingType>' : ''}${contents.join('')}</ListBucketResult>`,
    )
  }
}

function isChange({ method }: IncomingMessage): boolean {
  return method === 'PUT' || method === 'DELETE'
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>as the test &amp; its case ask</Message></Error>`
  response.writeHead(status, { 'content-type': 'application/xml' }).end(response.req.method === 'HEAD' ? undefined : body)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#x27;')
}

/** Signature Version 4, computed anew from what came over the wire. */
function findRefusal({ request, url, body }: Call): string | undefined {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const [, id, date, region, signed, signature] = pattern.exec(request.headers.authorization ?? '') ?? []
  if (!id || !date || !region || !signed) return 'AccessDenied'
  if (id !== account.accessKeyId) return 'InvalidAccessKeyId'
  if (region !== account.region) return 'AuthorizationHeaderMalformed'
  if (request.headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const scope = `${date}/${region}/s3/aws4_request`
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const canonical = [request.method, canonicalPath(url), canonicalQuery(url), headers.join(''), signed, sha256(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  let key: Buffer | string = `AWS4${account.secretAccessKey}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(text).digest('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}

function canonicalPath(url: URL): string {
  return decodeURIComponent(url.pathname).split('/').map(encode).join('/')
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map((pair) => pair.map(encode).join('='))
    .toSorted()
    .join('&')
}

/** All but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function partOf({ bytes }: FakeObject, request: IncomingMessage): Buffer | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  return first === undefined || last === undefined ? undefined : bytes.subarray(Number(first), Number(last) + 1)
}
