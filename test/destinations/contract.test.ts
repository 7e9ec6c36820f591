import { discard, elasticsearch, ga4, matomo, plausible, print, treadlight, umami, universalAnalytics, webhook } from '@treadlight/destinations'
import { ndjsonFile } from '@treadlight/destinations/file'
import { testDestination } from '../contracts/destination.ts'
import { answerOf } from './requestsOf.ts'

const url = 'https://other.example'
const token = 'a-token-of-theirs'
const final = [400, 410, 413, 422]
const json = (value: object) => answerOf(200, JSON.stringify(value))

testDestination({ create: () => plausible({ url, domain: 'shop.example', token }), taken: () => answerOf(202, 'ok'), final })
testDestination({ create: () => umami({ url, website: 'a', token }), taken: (size) => json({ size, processed: size, errors: 0, details: [] }), final })
testDestination({ create: () => matomo({ url, idsite: 1, token }), taken: (tracked) => json({ status: 'success', tracked, invalid: 0 }), final })
testDestination({ create: () => elasticsearch({ url, index: 'hits', apiKey: token }), taken: () => json({ errors: false, items: [] }), final })
testDestination({ create: () => webhook({ url, secret: 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=', headers: { 'x-key': token } }), final })
testDestination({
  create: () => treadlight({ url, token, userSecret: '0123456789abcdef0123456789abcdef' }),
  taken: (stored) => answerOf(201, JSON.stringify({ stored, duplicate: 0, dropped: 0, refused: [] }), { 'x-hit': '1' }),
  // What has no `x-hit` is not from a collector, whatever its status.
  final: [],
  passing: [200, 201, 302, 400, 401, 404, 429, 500, 503],
})
testDestination({ create: () => ga4({ url, measurementId: 'G-1', apiSecret: token }), taken: () => answerOf(204), final })
testDestination({ create: () => universalAnalytics({ trackingId: 'UA-1-1' }), final })
testDestination({ create: () => ndjsonFile({ folder: '/nowhere' }) })
testDestination({ create: () => print({ write: () => {} }) })
testDestination({ create: () => discard() })
