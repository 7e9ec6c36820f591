import { discard, elasticsearch, ga4, matomo, plausible, print, treadlight, umami, universalAnalytics, webhook } from '@treadlight/destinations'
import { ndjsonFile } from '@treadlight/destinations/file'
import { expect, test } from 'vitest'

/** As a config file in JavaScript has them, whose mistakes no compiler finds. */
const factories: Record<string, (options: never) => unknown> = { discard, elasticsearch, ga4, matomo, ndjsonFile, plausible, print, treadlight, umami, universalAnalytics, webhook }
const url = 'https://other.example'
const whole: Record<string, object> = {
  ga4: { measurementId: 'G-1', apiSecret: 'secret' },
  universalAnalytics: { trackingId: 'UA-1-1', host: 'stats.example', ssl: true, method: 'POST', postFallback: true, debug: false, batching: true, headers: {}, parameters: {}, dimensions: {}, metrics: {} },
  matomo: { url, idsite: 1, token: 'token' },
  plausible: { url, domain: 'shop.example', token: 'token' },
  umami: { url, website: 'uuid', token: 'token' },
  treadlight: { url, token: 'token' },
  elasticsearch: { url, index: 'hits', apiKey: 'key' },
  webhook: { url },
  ndjsonFile: { folder: './hits' },
  print: {},
  discard: {},
}
const sorts = Object.keys(whole)
const make = (sort: string, options: object) => () => factories[sort]!({ ...whole[sort], ...options } as never)

test.each(sorts)('%s: common options are taken', (sort) => {
  const redact = (): undefined => undefined
  const options = { name: 'other', sites: ['shop'], redact, maxAge: 1000, maxBatch: 5, allowPrivate: true }
  expect(make(sort, options)()).toMatchObject(options)
  expect(make(sort, { redact: undefined })()).toMatchObject({ allowPrivate: expect.any(Boolean) })
})

test.each(sorts)('%s: an option that there is not is refused: a mistyped redact would let all out', (sort) => {
  expect(make(sort, { redcat: () => undefined })).toThrow(`${sort}: there is no option redcat; besides its own there are name, sites, redact, maxAge, maxBatch, allowPrivate`)
  expect(make(sort, { constructor: 1 })).toThrow('there is no option constructor')
})

test.each([
  ['sites', 'shop', 'sites must be a list of ids of sites'],
  ['redact', true, 'redact must be a function'],
  ['maxAge', '7d', 'maxAge must be a number of ms, more than 0'],
  ['maxAge', Number.NaN, 'maxAge must be'],
  ['maxBatch', 0, 'maxBatch must be a whole number, more than 0'],
  ['allowPrivate', 'no', 'allowPrivate must be true or false'],
])('%s: %j', (option, value, reason) => {
  expect(make('webhook', { [option]: value })).toThrow(`[treadlight destinations] webhook: ${reason}`)
})

test.each([
  ['ga4', 'measurementId'],
  ['universalAnalytics', 'trackingId'],
  ['matomo', 'idsite'],
  ['plausible', 'domain'],
  ['umami', 'website'],
  ['treadlight', 'token'],
  ['elasticsearch', 'index'],
  ['ndjsonFile', 'folder'],
])('%s without %s would send nothing, and is refused', (sort, option) => {
  for (const value of [undefined, '', {}]) expect(make(sort, { [option]: value })).toThrow(`${option} is missing: `)
})

test.each([
  ['matomo', 'token'],
  ['plausible', 'token'],
  ['umami', 'token'],
  ['elasticsearch', 'apiKey'],
])('%s: %s of an environment variable that is not set', (sort, option) => {
  expect(make(sort, { [option]: '' })).toThrow(`${option} is empty: leave it out if there is none`)
  expect(make(sort, { [option]: undefined })()).toBeDefined()
})
