import { classifyStatus, defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, ForwardedHit, Verdict } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { assertGiven, assertNotEmpty, commonOf } from './options.ts'
import { packTexts } from './packTexts.ts'
import { parseAnswer, readList } from './parseAnswer.ts'

export interface ElasticsearchOptions extends CommonOptions {
  /** Of a node or a load balancer. */
  url: string
  /** An index, an alias or a data stream; or which one for a hit, such as one for each month. */
  index: string | ((hit: ForwardedHit) => string)
  /** An API key, encoded, as Elasticsearch gives it. */
  apiKey?: string
  /** Instead of a key. */
  username?: string
  password?: string
  /** Name of an ingest pipeline that documents go through. */
  pipeline?: string
}

/** What the answer is to hold: the whole of it would be longer than what is read of answers. */
const answered = 'errors,items.*.status,items.*.error.type,items.*.error.reason'

/**
 * Elasticsearch and OpenSearch, by `_bulk`: a document for each hit, its id the hit's. It is created, never replaced: data streams
 * take nothing else, and a hit that comes again is answered with 409, which says that it is there.
 *
 * The documents are the hits as they are, with `@timestamp` in place of `time`.
 *
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export function elasticsearch({ url, index, apiKey, username, password, pipeline, ...options }: ElasticsearchOptions): Destination<string> {
  assertGiven('elasticsearch', 'index', index, 'the name of one, or a function of the hit')
  assertNotEmpty('elasticsearch', 'apiKey', apiKey)
  const query = new URLSearchParams({ filter_path: answered, ...(pipeline !== undefined && { pipeline }) })
  const endpoint = `${endpointOf('elasticsearch', url, '/_bulk')}?${query}`
  const basic = username === undefined ? undefined : encodeBase64(`${username}:${password ?? ''}`)
  const authorization = apiKey === undefined ? basic && `Basic ${basic}` : `ApiKey ${apiKey}`
  const headers = { 'content-type': 'application/x-ndjson', ...(authorization && { authorization }) }
  return defineDestination<string>({
    name: 'elasticsearch',
    secrets: [apiKey, password, basic].filter((secret) => secret !== undefined),
    ...commonOf('elasticsearch', options),
    map({ time, ...hit }) {
      const action = { create: { _index: typeof index === 'string' ? index : index({ time, ...hit }), _id: hit.id } }
      return `${JSON.stringify(action)}\n${JSON.stringify({ '@timestamp': new Date(time).toISOString(), ...hit })}\n`
    },
    // As large as Elastic's own clients make theirs.
    batch: (items) => packTexts(items, (texts) => ({ url: endpoint, headers, body: texts.join('') }), { maxBytes: 5_000_000, between: 0 }),
    classify: classifyBulk,
  })
}

/** One status for the request, and one for each document. */
function classifyBulk(answer: DestinationAnswer, count: number): Verdict {
  const verdict = classifyStatus(answer)
  if (verdict.kind !== 'sent') return verdict
  const { errors, items } = parseAnswer(answer)
  if (errors === false) return verdict
  const list = readList(items)
  // Cut after 64 KiB, or by what stands in between: to send them again does no harm.
  if (list?.length !== count) return { kind: 'retry', reason: `answered ${answer.status} without saying what it took` }
  const dead: { index: number; reason: string }[] = []
  const retry: typeof dead = []
  for (const [index, item] of list.entries()) {
    const { status, reason } = readItem(item)
    if (status === 429 || status >= 500) retry.push({ index, reason })
    else if (status >= 300 && status !== 409) dead.push({ index, reason })
  }
  return { kind: 'some', dead, retry }
}

/** `{ create: { status, error: { type, reason } } }` */
function readItem(item: Readonly<Record<string, unknown>>): { status: number; reason: string } {
  const { status = 500, error } = (Object.values(item)[0] ?? {}) as { status?: number; error?: { type?: string; reason?: string } }
  return { status, reason: `answered ${status}: ${error?.type ?? 'error'}: ${error?.reason ?? 'without a reason'}`.slice(0, 300) }
}

function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
