import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import type { Pool } from 'pg'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { checkStorage } from '../../packages/store/src/checkStorage.ts'
import { createPostgresDriver, type PostgresDriverOptions } from '../../packages/store/src/drivers/postgres.ts'
import type { StoreDriver } from '../../packages/store/src/drivers/storeDriver.ts'
import { testDriver } from '../contracts/driver.ts'
import { collect } from '../drivers/collect.ts'
import { startTcpProxy } from './tcpProxy.ts'

const url = process.env['TEST_POSTGRES_URL'] ?? ''
const value = Buffer.from('value')
const unique = () => `Test_${randomBytes(6).toString('hex')}`

async function open(options: PostgresDriverOptions = {}): Promise<StoreDriver> {
  const driver = await createPostgresDriver({ url, table: unique(), ...options })
  onTestFinished(() => driver.dispose())
  return driver
}

/** The URL with parts changed. */
function urlWith(change: Partial<Pick<URL, 'port' | 'username' | 'password' | 'pathname' | 'search'>>): string {
  return Object.assign(new URL(url), change).href
}

describe.skipIf(url === '')('postgres', () => {
  let admin: Pool
  const language = unique().toLowerCase()
  beforeAll(async () => {
    const { default: pg } = await import('pg')
    admin = new pg.Pool({ connectionString: url })
    // In the collation of a language, colons and the case of letters hardly count.
    await admin.query(`CREATE DATABASE "${language}" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`)
    await admin.query(`CREATE ROLE reader LOGIN PASSWORD 'geheim'`)
  })
  afterAll(() => admin.end())

  testDriver('postgres', () => createPostgresDriver({ url, table: unique() }), { parts: false })
  testDriver('postgres, in the collation of a language', () => createPostgresDriver({ url: urlWith({ pathname: language }), table: unique() }), { parts: false })

  test('many processes make one table at once', async () => {
    const table = unique()
    const drivers = await Promise.all(Array.from({ length: 10 }, () => open({ table, max: 1 })))
    await Promise.all(drivers.map((driver, index) => driver.setItemRaw!(`a:${index}`, value, {})))
    expect(await drivers[0]!.getKeys('a', {})).toHaveLength(10)
  })

  test('a table of a schema that its user may not create in', async () => {
    const schema = unique()
    await admin.query(`CREATE SCHEMA "${schema}"; GRANT USAGE ON SCHEMA "${schema}" TO reader`)
    const options = { url: urlWith({ username: 'reader', password: 'geheim' }), table: `${schema}.hits` }
    await expect(open(options)).rejects.toThrow('or CREATE on the schema')
    await open({ table: options.table })
    await admin.query(`GRANT SELECT, INSERT, DELETE ON "${schema}"."hits" TO reader`)
    await (await open(options)).setItemRaw!('a:b', value, {})
  })

  test('connections that the server ends are made anew', async () => {
    const name = unique()
    const driver = await open({ client: { application_name: name } })
    await Promise.all(Array.from({ length: 20 }, (_, index) => driver.setItemRaw!(`a:${index}`, value, {})))
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await driver.getKeys('a', {})).toHaveLength(20)
  })

  test('a lost connection fails what was under way, and is made anew', async () => {
    const proxy = await startTcpProxy(Number(new URL(url).port))
    const driver = await open({ url: urlWith({ port: `${proxy.port}` }) })
    proxy.mute()
    const write = driver.setItemRaw!('a:b', value, {})
    setTimeout(() => {
      proxy.heal()
      proxy.drop()
    }, 100)
    await expect(write).rejects.toThrow('could not write a:b')
    await expect(write).rejects.not.toMatchObject({ code: 'EEXIST' })
    expect(await driver.getItemRaw!('a:b', {})).toEqual(value)
  })

  test('ends although the server hangs, and goes on when it does', async () => {
    const proxy = await startTcpProxy(Number(new URL(url).port))
    const driver = await open({ url: urlWith({ port: `${proxy.port}` }), timeout: 300 })
    proxy.hang()
    const calls = [driver.setItemRaw!('a:b', value, {}), driver.getItemRaw!('a:b', {}), driver.getKeys('', {}), driver.removeItem!('a:b', {})]
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('could not') } })
    await expect(createPostgresDriver({ url: urlWith({ port: `${proxy.port}` }), timeout: 300 })).rejects.toThrow('could not open table')
    proxy.heal()
    await driver.setItemRaw!('a:c', value, {})
  })

  const refusals: [string, () => PostgresDriverOptions, string][] = [
    ['a wrong password', () => ({ url: urlWith({ password: 'falsch' }) }), 'correct user and password'],
    ['no such database', () => ({ url: urlWith({ pathname: 'nobodys', search: '?password=falsch' }) }), ''],
    ['nobody there', () => ({ url: 'postgres://me:falsch@127.0.0.1:9/x' }), 'at postgres://***@127.0.0.1:9/x (ECONNREFUSED): start the server'],
    ['no URL', () => ({ url: 'postgres://me:falsch@[nonsense' }), 'could not'],
    ['no table name', () => ({ table: 'a"; DROP TABLE b' }), 'table "a\\"; DROP TABLE b" must match'],
  ]
  test.each(refusals)('%s: says so at once, and tells no secret', async (_, options, message) => {
    const error = await createPostgresDriver({ url, ...options() }).catch((error: unknown) => error)
    expect((error as Error).message).toContain(message)
    expect(inspect(error, { depth: 10 })).not.toContain('falsch')
  })

  test('another application’s table is left alone', async () => {
    const table = unique()
    await admin.query(`CREATE TABLE "${table}" (id integer)`)
    await expect((await open({ table })).setItemRaw!('a:b', value, {})).rejects.toThrow('another application’s: choose another one')
  })

  test('checks: says what synchronous_commit off costs', async () => {
    const driver = await open({ url: urlWith({ search: '?options=-c%20synchronous_commit%3Doff' }) })
    expect((await driver.checks!()).find(({ name }) => name === 'postgres commit')).toMatchObject({ ok: 'warning', detail: expect.stringContaining('up to a second') })
  })

  test('checkStorage finds it sound', async () => {
    const checks = await collect(checkStorage(createStorage({ driver: await open() })))
    expect(checks.filter(({ ok }) => ok !== true)).toEqual([])
    expect(checks).toHaveLength(7)
  })
})
