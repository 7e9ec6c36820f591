import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, expect, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'

let values: Values
let now: number
beforeEach(() => {
  values = createValues(createStorage())
  now = 1_000_000
})
const open = () => createTokens(values, () => now)

test('a token is 32 random bytes, and the storage has nothing but its hash', async () => {
  const { token, id } = await open().create('ci', ['stats'])
  expect(token).toMatch(/^tl_[\w-]{43}$/)
  const kept = new TextDecoder().decode((await values.read(`token:${id}`))!)
  expect(kept).not.toContain(token.slice(3, 15))
  expect(JSON.parse(kept)).toEqual({ id, name: 'ci', scopes: ['stats'], created: '1970-01-01T00:16:40.000Z', hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('input 19: only the very token is found, whatever its length', async () => {
  const tokens = open()
  const { token, id } = await tokens.create('ci', ['stats', 'tasks'])
  expect(await tokens.find(token)).toMatchObject({ id, scopes: ['stats', 'tasks'] })
  for (const other of ['', 'tl_', token.slice(0, -1), `${token}x`, token.toUpperCase(), 'x'.repeat(100_000)]) expect(await tokens.find(other)).toBeUndefined()
})

test('another process knows within ten seconds of what was made and revoked, and asks the storage no more often than every five', async () => {
  let listings = 0
  const counting: Values = { ...values, list: (prefix) => (listings++, values.list(prefix)) }
  const running = createTokens(counting, () => now)
  const { token, id } = await open().create('ci', ['stats'])
  expect(await running.find(token)).toBeDefined()
  for (let request = 0; request < 100; request++) await running.find('tl_guess')
  expect(listings).toBe(1)
  expect(await open().revoke(id)).toBe(true)
  now += 10_000
  expect(await running.find(token)).toBeUndefined()
  expect(listings).toBe(2)
})

test('while the storage cannot be asked no token opens anything, and the next request asks again', async () => {
  const { token } = await open().create('ci', ['stats'])
  let fails = true
  const running = createTokens({ ...values, list: async (prefix) => (fails ? Promise.reject(new Error('disk')) : values.list(prefix)) }, () => now)
  await expect(running.find(token)).rejects.toThrow('disk')
  fails = false
  expect(await running.find(token)).toBeDefined()
})

test.each(['', 'x', '..', '000000000000', 'ABCDEFABCDEF'])('there is no token %j to revoke', async (id) => {
  await open().create('ci', ['stats'])
  expect(await open().revoke(id)).toBe(false)
  expect(await open().list()).toHaveLength(1)
})

test('a readme beside them is no token', async () => {
  await values.create('token:README', 'not ours')
  expect(await open().list()).toEqual([])
})
