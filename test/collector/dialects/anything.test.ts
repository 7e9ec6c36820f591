import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../packages/collector/src/settings.ts'
import { dialects } from '../../../packages/collector/src/dialects/dialects.ts'
import { createDialectCollector } from './sendAs.ts'

// Every dialect there is, whatever comes: an answer that is none of a failure, nothing for the log, and soon.

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom('__proto__', 'constructor', '\ud800', 'a\r\nset-cookie: a=b', '%', '%ff', '1e999', 'https://shop.example/', '//x', 'data:,', '\u0000', 1e308, -1, 0.5, null),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const fields = ['n', 'u', 'd', 'p', 'm', 'r', '$', 'i', 'sd', 'e', 'name', 'url', 'title', 'referrer', 'timestamp', 'path', 'user', 'session', '__proto__', 'toString']
const object = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 12 })
const text = fc.oneof(
  object.map((said) => JSON.stringify(said)),
  object.map((said) => JSON.stringify(Object.assign({ n: 'x', u: 'https://shop.example/' }, said))),
  fc.array(value).map((said) => JSON.stringify(said)),
  fc.array(fc.tuple(fc.constantFrom(...fields), fc.string({ unit: 'binary' }))).map((pairs) => new URLSearchParams(pairs).toString()),
  fc.string({ unit: 'binary' }),
)
const paths = dialects.flatMap((dialect) => dialect.paths.map((path) => [dialect.name, path] as const))

describe.each(paths)('%s: %s', (name, path) => {
  test('whatever the method, query and body', async () => {
    const collector = await createDialectCollector()
    const authorizations = ['', `Bearer ${collector.token}`, 'Bearer x', 'Basic eDp5', 'Basic %']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('POST', 'POST', 'GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'), text, text, fc.constantFrom(...authorizations), fc.constantFrom('application/json', 'text/plain', ''), async (method, query, body, authorization, type) => {
        const headers = { ...(authorization !== '' && { authorization }), ...(type !== '' && { 'content-type': type }) }
        const { status } = await collector.send(`${path}?${encodeURI(query.toWellFormed())}`, { method, headers, ...(method !== 'GET' && method !== 'HEAD' && { body }) })
        expect([200, 201, 202, 204, 400, 401, 403, 404, 405, 415]).toContain(status)
        // The owner is told that there are tokens of users, and of nothing that failed.
        expect(collector.errors.filter((error) => !(error instanceof ConfigError))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  const { maxBytes } = dialects.find((dialect) => dialect.name === name)!
  const size = Math.min(maxBytes, 1_000_000) - 1000
  test.each<[string, string]>([
    ['JSON as deep as it can be', `{"n":"x","u":"https://shop.example/","p":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`],
    ['objects as deep as they can be', `{"payload":${'{"a":'.repeat(size / 6)}1${'}'.repeat(size / 6)}}`],
    ['as many props as fit', JSON.stringify({ n: 'x', u: 'https://shop.example/', p: Object.fromEntries(Array.from({ length: size / 14 }, (_, at) => [`p${at}`, 1])) })],
    ['as many parameters as fit', 'a=1&'.repeat(size / 4)],
    ['as many lines as fit', 'v=1\n'.repeat(size / 4)],
    ['one name, as long as it can be', `{"n":"${'a'.repeat(size - 100)}","u":"https://shop.example/"}`],
    ['a URL of slashes', `{"n":"pageview","u":"https://shop.example/${'/'.repeat(size - 100)}"}`],
    ['a list of sites', `{"n":"pageview","u":"https://shop.example/","d":"${'a,'.repeat(size / 2 - 100)}"}`],
    ['a number without end', `{"n":"x","u":"https://shop.example/","e":${'9'.repeat(size - 100)}}`],
  ])('%s', async (_, body) => {
    const collector = await createDialectCollector()
    const began = performance.now()
    const { status } = await collector.send(path, { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: `Bearer ${collector.token}` } })
    expect(status).toBeLessThan(500)
    expect(collector.errors).toEqual([])
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
