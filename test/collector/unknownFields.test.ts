import { beforeEach, describe, expect, test } from 'vitest'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'

let collector: TestCollector
let cookie: string
beforeEach(async () => {
  collector = createTestCollector()
  cookie = await logInOwner(collector)
})

async function ask(method: string, path: string, body?: unknown): Promise<[number, string]> {
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await collector.request(path, { method, headers: { cookie, 'content-type': 'application/json' }, ...(body !== undefined && { body: sent }) })
  return [response.status, await response.text()]
}

describe('what there is not is refused, so that a mistyped field neither deletes nor opens', () => {
  test.each<[string, string, object | undefined, string]>([
    ['POST', '/api/prune', { before: '2026-11-19', dryRun: true }, '"dryRun" is unknown; did you mean dry_run?'],
    ['POST', '/api/users', { name: 'ada', site: ['default'] }, '"site" is unknown; did you mean sites?'],
    ['PUT', '/api/users', { name: 'admin', Role: 'viewer' }, '"Role" is unknown'],
    ['POST', '/api/shares', { name: 'board', expire: '2026-12-31' }, '"expire" is unknown; did you mean expires?'],
    ['POST', '/api/tokens', { name: 'ci', scopes: ['stats'], expires: '2027-01-01' }, '"expires" is unknown'],
    ['POST', '/api/sites', { id: 'blog', hosts: ['blog.example'], time_zone: 'Asia/Tokyo' }, '"time_zone" is unknown; did you mean timezone?'],
    ['PUT', '/api/sites', { id: 'blog', host: ['blog.example'] }, '"host" is unknown; did you mean hosts?'],
    ['POST', '/api/sites/hosts', { site: 'blog', host: 'blog.example' }, '"site" is unknown'],
    ['POST', '/api/exclusions', { site: 'blog', path: '/admin' }, '"site" is unknown'],
    ['DELETE', '/api/sites?id=blog&dryRun=1', undefined, '"dryRun" is unknown; did you mean dry_run?'],
    ['DELETE', '/api/sites/hosts?site_id=default&host=x.example&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/segments?id=000000000000&dryRun=1', undefined, '"dryRun" is unknown'],
    ['DELETE', '/api/segments?id=000000000000&id=111111111111', undefined, 'id: must be there once'],
    ['DELETE', '/api/annotations?id=000000000000&dryrun=1', undefined, '"dryrun" is unknown'],
    ['DELETE', '/api/goals?name=order&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/funnels?id=000000000000&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/shares?id=000000000000&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/users?name=admin&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/tokens?id=000000000000&dry_run=1', undefined, '"dry_run" is unknown'],
    ['DELETE', '/api/exclusions?id=000000000000&dry_run=1', undefined, '"dry_run" is unknown'],
  ])('%s %s %j', async (method, path, body, error) => {
    expect(await ask(method, path, body)).toEqual([400, expect.stringContaining(JSON.stringify(error).slice(1, -1))])
  })
})

// Each of these has been a 500: what is written as text again, to be named in an answer, must not exhaust the stack.
test.each([
  ['POST', '/api/segments', { name: 'a', filters: '?' }],
  ['PUT', '/api/segments', { id: '?', name: 'a', filters: [['is', 'visit:source', ['x']]] }],
  ['PUT', '/api/annotations', { id: '?', text: 'a' }],
  ['POST', '/api/users', { name: 'ada', role: 'viewer', sites: '?' }],
  ['POST', '/api/tokens', { name: 'ci', scopes: '?' }],
  ['POST', '/api/sites', { id: '?', hosts: ['blog.example'] }],
  ['POST', '/api/sites/hosts', { site_id: '?', host: 'blog.example' }],
])('%s %s: what is too deep, or is no text where one is needed, is a 400', async (method, path, body) => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  for (const value of [deep, '{"toString":1}']) expect((await ask(method, path, JSON.stringify(body).replace('"?"', value)))[0]).toBe(400)
  expect(collector.errors).toEqual([])
})
