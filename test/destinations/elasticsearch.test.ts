import { Client } from '@elastic/elasticsearch'
import Mock, { type MockPattern } from '@elastic/elasticsearch-mock'
import { elasticsearch, type Destination } from '@treadlight/destinations'
import { expect, test } from 'vitest'
import { forwardedHit } from './forwardedHit.ts'
import { answerOf, handOver, requestsOf } from './requestsOf.ts'

const hits = [forwardedHit(), forwardedHit({ id: '0197a2f0-1111-7abc-8def-0123456789ac', type: 'event', name: 'search', props: { term: 'a' } })]

/** Sends as Elastic's own client does, to their mock of a cluster. */
function toMock(destination: Destination<string>, mock: Mock): Destination<string> {
  const client = new Client({ node: 'http://127.0.0.1:9200', Connection: mock.getConnection(), maxRetries: 0 })
  return {
    ...destination,
    async deliver({ url, body = '', headers = {} }) {
      const { pathname, search } = new URL(url)
      const answer = await client.transport.request({ method: 'POST', path: pathname, querystring: search.slice(1), bulkBody: body }, { meta: true, headers })
      return answerOf(answer.statusCode ?? 0, JSON.stringify(answer.body), answer.headers as Record<string, string>)
    },
  }
}

test('creates a document for each hit, by its id', async () => {
  const mock = new Mock()
  let arrived: MockPattern | undefined
  mock.add({ method: 'POST', path: '/_bulk' }, (request) => {
    arrived = request
    return { errors: false, items: hits.map(() => ({ create: { status: 201 } })) }
  })
  const destination = elasticsearch({ url: 'https://es.example', index: ({ time }) => `hits-${new Date(time).toISOString().slice(0, 7)}`, pipeline: 'a b' })
  expect(await handOver(toMock(destination, mock), hits)).toEqual([{ kind: 'sent' }])
  const [action, document, second] = arrived!.body as unknown as object[]
  expect(action).toEqual({ create: { _index: 'hits-2026-11', _id: hits[0]!.id } })
  const { time: _, ...told } = hits[0]!
  expect(document).toEqual({ '@timestamp': '2026-11-21T10:00:00.000Z', ...told })
  expect(second).toEqual({ create: { _index: 'hits-2026-11', _id: hits[1]!.id } })
  expect(arrived?.querystring).toMatchObject({ pipeline: 'a b' })
})

test.each([
  ['is there already', [409, 201], { dead: [], retry: [] }],
  ['cannot be indexed', [400, 201], { dead: [{ index: 0, reason: 'answered 400: some_exception: not like this' }], retry: [] }],
  ['is too much for now', [201, 429], { dead: [], retry: [{ index: 1, reason: 'answered 429: some_exception: not like this' }] }],
  ['meets a shard that is down', [503, 403], { dead: [{ index: 1, reason: 'answered 403: some_exception: not like this' }], retry: [{ index: 0, reason: 'answered 503: some_exception: not like this' }] }],
])('SS38: of each document it is known whether it %s', async (_, statuses, expected) => {
  const mock = new Mock()
  const items = statuses.map((status) => ({ create: { status, ...(status >= 300 && { error: { type: 'some_exception', reason: 'not like this' } }) } }))
  mock.add({ method: 'POST', path: '/_bulk' }, () => ({ errors: true, items }))
  expect(await handOver(toMock(elasticsearch({ url: 'https://es.example', index: 'hits' }), mock), hits)).toEqual([{ kind: 'some', ...expected }])
})

test.each([
  [{ apiKey: 'a2V5' }, 'ApiKey a2V5'],
  [{ username: 'élan', password: 'p:w' }, `Basic ${Buffer.from('élan:p:w').toString('base64')}`],
  [{}, undefined],
])('says who it is: %o', (options, authorization) => {
  const destination = elasticsearch({ url: 'https://es.example/behind/', index: 'hits', ...options })
  const [request] = requestsOf(destination, hits)
  expect(request).toMatchObject({ url: expect.stringMatching(/^https:\/\/es\.example\/behind\/_bulk\?filter_path=/) as string, headers: { 'content-type': 'application/x-ndjson' } })
  expect(request?.headers?.['authorization']).toBe(authorization)
  if (authorization) expect(destination.secrets).toContain(authorization.split(' ')[1])
})

test.each(['', '{"errors":true,"items":[{"create":{"sta', '[]', '<html>', '{}'])('an answer that says nothing (%j) is none: the hits come again, and are known by their ids', (body) => {
  expect(elasticsearch({ url: 'https://es.example', index: 'hits' }).classify(answerOf(200, body), 2).kind).toBe('retry')
})
