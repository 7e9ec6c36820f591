import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Plausible from 'plausible'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../../packages/collector/src/config.ts'
import { serve } from '../../../packages/collector/src/serve.ts'
import { periodDays } from '../../../packages/collector/src/stats/v1/periodDays.ts'
import { readFilterText } from '../../../packages/collector/src/stats/v1/readFilterText.ts'
import { makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const minute = 60_000
const day = 86_400_000

describe('periods', () => {
  test.each([
    ['day', null, '2026-11-21 2026-11-21'],
    ['7d', null, '2026-11-15 2026-11-21'],
    ['30d', null, '2026-10-23 2026-11-21'],
    ['month', null, '2026-11-01 2026-11-30'],
    ['month', '2024-02-29', '2024-02-01 2024-02-29'],
    ['6mo', null, '2026-06-01 2026-11-30'],
    ['12mo', '2026-01-31', '2025-02-01 2026-01-31'],
    ['custom', '2026-01-01,2026-01-31', '2026-01-01 2026-01-31'],
  ])('%s %s', (period, date, expected) => {
    expect(periodDays(period, date, '2026-11-21').join(' ')).toBe(expected)
  })
})

describe('filters', () => {
  test.each<[string, unknown[]]>([
    ['', []],
    ['visit:source==Google', [['is', 'visit:source', ['Google']]]],
    ['visit:source==Google|Bing;visit:country!=FR', [['is', 'visit:source', ['Google', 'Bing']], ['is_not', 'visit:country', ['FR']]]],
    ['event:page~blog|docs', [['contains', 'event:page', ['blog', 'docs']]]],
    ['event:page!~blog', [['contains_not', 'event:page', ['blog']]]],
    ['visit:utm_campaign==campaign\\|one', [['is', 'visit:utm_campaign', ['campaign|one']]]],
    ['event:props:a==1\\;2;event:props:b==c\\\\|d', [['is', 'event:props:a', ['1;2']], ['is', 'event:props:b', ['c\\', 'd']]]],
    ['event:page==/a\\b', [['is', 'event:page', ['/a\\b']]]],
    ['event:page==/blog/*', [['is', 'event:page', ['/blog/*']]]],
    ['event:goal==Visit /blog*', [['is', 'event:goal', ['Visit /blog*']]]],
    ['event:hostname==*.shop.example', [['matches', 'event:hostname', ['(?s)^.*\\.shop\\.example$']]]],
    ['visit:utm_term!=a*(b', [['matches_not', 'visit:utm_term', ['(?s)^a.*\\(b$']]]],
    ['event:page==/x==y', [['is', 'event:page', ['/x==y']]]],
  ])('%s', (text, filters) => {
    expect(readFilterText(text)).toEqual(filters)
  })
})

const hits = [
  makeHit({ visitor: 'a', time: noon - 30 * minute, source: 'google', path: '/' }),
  makeHit({ visitor: 'a', time: noon - 20 * minute, path: '/blog/1' }),
  makeHit({ visitor: 'b', time: noon - 90 * minute, path: '/blog/2', hostname: 'eu.shop.example' }),
  makeEvent('Signup', { visitor: 'b', time: noon - 80 * minute, path: '/blog/2', props: { plan: 'pro', __proto__x: '1' } }),
  makeHit({ visitor: 'c', time: noon - day, source: 'google', path: '/' }),
]
const v1 = '/api/v1/stats'

describe('answers in Plausible’s shapes', () => {
  test('aggregate', async () => {
    const { get } = await openStats(hits)
    expect(await get(`${v1}/aggregate?site_id=default&period=day&metrics=visitors,pageviews,bounce_rate,visit_duration`)).toEqual([
      200,
      { results: { visitors: { value: 2 }, pageviews: { value: 3 }, bounce_rate: { value: 0 }, visit_duration: { value: 600 } } },
    ])
    expect(await get(`${v1}/aggregate?site_id=default&period=day&metrics=visitors,bounce_rate&compare=previous_period`)).toEqual([
      200,
      { results: { visitors: { value: 2, change: 100 }, bounce_rate: { value: 0, change: -100 } } },
    ])
    expect(await get(`${v1}/aggregate`)).toEqual([200, { results: { visitors: { value: 3 } } }])
  })

  test('timeseries, with what nothing happened in', async () => {
    const { get } = await openStats(hits)
    const [status, body] = await get(`${v1}/timeseries?site_id=default&period=7d&metrics=visitors,bounce_rate`)
    const { results } = body as { results: object[] }
    expect([status, results.length, results[0], results.at(-1)]).toEqual([200, 7, { date: '2026-11-15', visitors: 0, bounce_rate: null }, { date: '2026-11-21', visitors: 2, bounce_rate: 0 }])
    const hours = ((await get(`${v1}/timeseries?period=day`))[1] as { results: object[] }).results
    expect([hours.length, hours[10], hours[11]]).toEqual([24, { date: '2026-11-21 10:00:00', visitors: 1 }, { date: '2026-11-21 11:00:00', visitors: 1 }])
    const months = ((await get(`${v1}/timeseries?period=6mo`))[1] as { results: object[] }).results
    expect([months.length, months[0], months[5]]).toEqual([6, { date: '2026-06-01', visitors: 0 }, { date: '2026-11-01', visitors: 3 }])
    expect(((await get(`${v1}/timeseries?period=6mo&interval=date`))[1] as { results: object[] }).results).toHaveLength(183)
  })

  test('breakdown, page by page', async () => {
    const { get } = await openStats(hits)
    const pages = async (rest: string) => (await get(`${v1}/breakdown?period=30d&property=event:page&metrics=visitors,pageviews${rest}`))[1]
    expect(await pages('')).toEqual({
      results: [
        { page: '/', visitors: 2, pageviews: 2 },
        { page: '/blog/1', visitors: 1, pageviews: 1 },
        { page: '/blog/2', visitors: 1, pageviews: 1 },
      ],
    })
    expect(await pages('&limit=2&page=2')).toEqual({ results: [{ page: '/blog/2', visitors: 1, pageviews: 1 }] })
    expect(await pages('&filters=event:page==/blog/*')).toMatchObject({ results: [{ page: '/blog/1' }, { page: '/blog/2' }] })
    expect(await pages('&filters=event:hostname==*.shop.example')).toMatchObject({ results: [{ page: '/blog/2' }] })
  })

  test.each([
    ['visit:source', 'visits', [{ source: 'Google', visits: 2 }, { source: 'Direct / None', visits: 1 }]],
    ['event:goal', 'visitors', [{ goal: 'Signup', visitors: 1 }]],
    ['event:props:plan', 'events', [{ plan: '(none)', events: 4 }, { plan: 'pro', events: 1 }]],
    ['event:props:a:b', 'events', [{ 'a:b': '(none)', events: 5 }]],
  ])('breakdown by %s', async (property, metric, results) => {
    const { get } = await openStats(hits)
    expect(await get(`${v1}/breakdown?property=${property}&metrics=${metric}`)).toEqual([200, { results }])
  })

  test('a property called __proto__ is a plain name', async () => {
    const { request, token } = await openStats([makeEvent('x', { props: JSON.parse('{"__proto__":"1"}') as Record<string, string> })])
    const response = await request(`${v1}/breakdown?property=event:props:__proto__`, { headers: { authorization: `Bearer ${token}` } })
    expect(await response.text()).toBe('{"results":[{"__proto__":"1","visitors":1}]}')
  })

  test('conversion rates of a goal', async () => {
    const { get } = await openStats(hits)
    expect(await get(`${v1}/aggregate?period=day&metrics=conversion_rate,events&filters=event:goal==Signup`)).toEqual([200, { results: { conversion_rate: { value: 50 }, events: { value: 1 } } }])
  })

  // Of the four visitors of all days a fourth has signed up, of the two that a source or a day has, the half.
  test.each([
    ['breakdown?property=visit:source', { source: 'Google', conversion_rate: 50 }],
    ['breakdown?property=event:goal', { goal: 'Signup', conversion_rate: 25 }],
    ['breakdown?property=event:props:plan', { plan: 'pro', conversion_rate: 25 }],
    ['timeseries?period=day', { date: '2026-11-21 11:00:00', conversion_rate: 50 }],
  ])('conversion rates of groups: %s', async (question, row) => {
    const { get } = await openStats([
      makeHit({ visitor: 'a', time: noon - 30 * minute, source: 'google' }),
      makeEvent('Signup', { visitor: 'a', time: noon - 20 * minute, source: 'google', props: { plan: 'pro' } }),
      makeHit({ visitor: 'b', time: noon - 30 * minute, source: 'bing' }),
      makeHit({ visitor: 'c', time: noon - day, source: 'google' }),
      makeHit({ visitor: 'd', time: noon - day, source: 'bing' }),
    ])
    const [, body] = await get(`${v1}/${question}&metrics=conversion_rate&filters=event:goal==Signup`)
    expect((body as { results: object[] }).results).toContainEqual(row)
  })
})

describe('a site may be called by its host, as Plausible’s are', () => {
  const named = async (name: string) => {
    const { get } = await openStats([makeHit(), makeHit({ site: 'blog', visitor: 'x' }), makeHit({ site: 'blog', visitor: 'y' })], {
      settings: { hosts: ['shop.example'] },
      sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example', '*.blog.example'] }],
    })
    return get(`${v1}/aggregate?period=day&site_id=${name}`)
  }
  test.each([
    ['default', 1],
    ['shop.example', 1],
    ['www.shop.example', 1],
    ['blog', 2],
    ['blog.example', 2],
    ['BLOG.example', 2],
    ['de.blog.example', 2],
  ])('%s', async (name, value) => expect(await named(name)).toEqual([200, { results: { visitors: { value } } }]))
  test.each(['', 'other.example', '*.blog.example.evil', 'x'.repeat(300)])('not %s', async (name) => expect((await named(name))[0]).toBe(400))
})

describe('400 names the parameter and what is allowed', () => {
  test.each([
    ['aggregate?period=fortnight', /^period: "fortnight" is unknown; it must be one of day, 7d/],
    ['aggregate?period=montg', /^period: .*did you mean month\?/],
    ['aggregate?period=day&date=yesterday', /^date: "yesterday" is no day/],
    ['aggregate?date=2026-02-30', /^date: "2026-02-30" is no day/],
    ['aggregate?period=custom', /^date: null is none; for period=custom/],
    ['aggregate?period=custom&date=2026-08-30,2026-08-01', /^date: .* ends before it begins/],
    ['aggregate?metrics=vistors', /^metrics: "vistors" .*did you mean visitors\?/],
    ['aggregate?metrics=', /^metrics: ""/],
    ['aggregate?compare=last_tuesday', /^compare: .*previous_period/],
    ['aggregate?filters=nonsense', /^filters: "nonsense" is none; it must be like visit:source==Google/],
    ['aggregate?filters=visit:source==', /^filters: /],
    ['aggregate?filters===Google', /^filters: /],
    ['aggregate?filters=visit:planet==Mars', /^filters: "visit:planet" is unknown/],
    ['aggregate?metrics=conversion_rate', /^metrics: conversion_rate needs event:goal/],
    ['timeseries?interval=fortnightly', /^interval: .*date, day, month, hour/],
    ['timeseries?date=9999-12-31', /^date: "9999-12-31" is no day/],
    ['timeseries?date=0000-01-01', /^date: "0000-01-01" is no day/],
    ['breakdown', /^property: is required/],
    ['breakdown?property=visit:planet', /^property: "visit:planet".*visit:source/],
    ['breakdown?property=visit:source&limit=1001', /^limit: "1001" is none; it must be from 1 to 1000/],
    ['breakdown?property=visit:source&page=0', /^page: "0"/],
  ])('%s', async (path, message) => {
    const { get } = await openStats([])
    const [status, body] = await get(`${v1}/${path}`)
    expect([status, (body as { error: string }).error]).toEqual([400, expect.stringMatching(message)])
  })
})

test('a client made for Plausible, unchanged, on a collector that was named instead of plausible.io', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-v1-'))
  const config = await loadConfig({ env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_SYNC: 'false', TREADLIGHT_STORAGE_BASE: join(folder, 'data'), TREADLIGHT_HOSTS: 'shop.example', PORT: '0' }, folder })
  const { url, collector, close } = await serve({ config: { ...config, host: '127.0.0.1' } })
  onTestFinished(async () => {
    await close()
    await rm(folder, { recursive: true, force: true })
  })
  const view = (path: string, userAgent: string): Promise<Response> =>
    fetch(`${url}/hit`, { method: 'POST', headers: { 'user-agent': userAgent }, body: JSON.stringify({ url: `https://shop.example${path}` }) })
  for (const [path, agent] of [['/', 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0'], ['/blog/1', 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0'], ['/', 'Mozilla/5.0 (X11; Linux) Firefox/140.0']] as const)
    expect((await view(path, agent)).status).toBe(201)
  const { token } = await collector.tokens.create('plausible', ['stats'])

  const plausible = new Plausible(token, 'shop.example', url)
  expect(await plausible.getRealtime()).toBe(2)
  expect(await plausible.getAggregate('day', 'visitors')).toEqual({ value: 2 })
  expect(await plausible.getAggregate('7d', 'pageviews', true)).toEqual({ value: 3, change: 100 })
  expect(await plausible.getAggregate('30d', 'visitors', null, 'event:page==/blog/*')).toEqual({ value: 1 })
  expect((await plausible.getTimeseries('7d', 'pageviews')).at(-1)).toMatchObject({ pageviews: 3 })
  expect(await plausible.getTimeseries('12mo', 'visitors', null, 'month')).toHaveLength(12)
  expect(await plausible.getBreakdown('day', 'visitors', 'event:page')).toEqual([{ page: '/', visitors: 2 }, { page: '/blog/1', visitors: 1 }])
  expect(await plausible.getBreakdown('day', 'visitors', 'event:page', null, 1, 2)).toEqual([{ page: '/blog/1', visitors: 1 }])
  await expect(new Plausible('tl_wrong', 'shop.example', url).getRealtime()).rejects.toThrow(/no such token/)
  await expect(new Plausible(token, 'other.example', url).getRealtime()).rejects.toThrow(/site_id/)
})
