import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTestCollector } from '../collector.ts'

interface Description {
  openapi: string
  paths: Record<string, Record<string, { operationId: string; security?: object[] }>>
  components: { schemas: Record<string, unknown> }
}

const { request, collector } = createTestCollector()
let description: Description
beforeAll(async () => {
  const response = await request('/api/openapi.json')
  expect(response.status).toBe(200)
  description = (await response.json()) as Description
})

const documented = (): { route: string; security: object[] | undefined }[] =>
  Object.entries(description.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, { security }]) => ({ route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, security })))

/** Behind a log-in, or behind tokens of a scope that is named. */
const scopeOf = ([first]: { token?: string[] }[]): string => (first?.token === undefined ? 'owner' : `token ${first.token.join()}`)

describe('GET /api/openapi.json', () => {
  test('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(description) as never)
    expect([valid, errors]).toEqual([true, undefined])
    expect(description.openapi).toBe('3.1.0')
  })

  test('would not be, were something wrong', async () => {
    const broken = structuredClone(description)
    delete (broken.paths['/api/sites']!['get'] as { responses?: unknown }).responses
    ;(broken as { paths: unknown }).paths = { sites: 7 }
    expect((await new Validator().validate(broken as never)).valid).toBe(false)
  })

  test('every route of it exists, behind the guard that it says', () => {
    const guards = new Map(collector.routes.list().map(({ method, path, guard }) => [`${method} ${path}`, guard]))
    for (const { route, security } of documented()) {
      const guard = security === undefined ? 'token stats' : security.length === 0 ? 'public' : scopeOf(security)
      expect([route, guards.get(route)]).toEqual([route, guard])
    }
  })

  test('every route that a token of scope stats opens is in it', () => {
    const routes = documented().map(({ route }) => route)
    for (const { method, path, guard } of collector.routes.list()) if (guard === 'token stats') expect(routes).toContain(`${method} ${path}`)
  })

  test('every reference in it leads somewhere, and every schema is referred to', () => {
    const names = [...JSON.stringify(description).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(description.components.schemas).toSorted())
  })

  test('operations have names of their own', () => {
    const ids = Object.values(description.paths).flatMap((operations) => Object.values(operations).map(({ operationId }) => operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })
})
