import { describe, expect, test } from 'vitest'
import type { PageSettings } from '../../../packages/collector/src/settings/page.ts'
import { enrichHit } from './enrichHit.ts'

const enriched = (address: string, page: Partial<PageSettings['page']> = {}, referrer = '') =>
  enrichHit({ url: `https://shop.example${address}`, referrer }, { settings: { page: { hash: 'routes', trailingSlash: 'keep', ...page } } }).hit

describe('page.hash', () => {
  test.each([
    ['routes', '/a#/cart', '/a#/cart'],
    ['routes', '/a#!cart', '/a#!cart'],
    ['routes', '/a#comments', '/a'],
    ['never', '/a#/cart', '/a'],
    ['never', '/a#comments', '/a'],
    ['always', '/a#comments', '/a#comments'],
    ['always', '/a#', '/a'],
  ] as const)('%s: %s is %s', (hash, address, path) => {
    expect(enriched(address, { hash }).path).toBe(path)
  })
})

describe('page.trailingSlash', () => {
  test.each([
    ['keep', '/a/', '/a/'],
    ['remove', '/a/', '/a'],
    ['remove', '/a///', '/a'],
    ['remove', '/', '/'],
    ['remove', '//', '/'],
    ['remove', '', '/'],
    ['remove', '/a/b', '/a/b'],
    ['remove', '/#/cart/', '/#/cart'],
    ['remove', '/app/#/', '/app#/'],
    ['remove', '/#!/', '/#!/'],
    ['remove', '/#!/cart/', '/#!/cart'],
  ] as const)('%s: %s is %s', (trailingSlash, address, path) => {
    expect(enriched(address, { trailingSlash }).path).toBe(path)
  })
})

describe('one page is one row, however its path is spelled', () => {
  test.each([
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/café', '/caf%C3%A9'],
    ['/%7euser/%61%2d%5F%2E%39', '/~user/a-_.9'],
    ['/a%2fb%3F%25', '/a%2Fb%3F%25'],
    ['/a%2f%2561', '/a%2F%2561'],
    ['/%zz%', '/%zz%'],
    ['/a/../%2e%2E/b', '/b'],
    ['/#/%63art', '/#/cart'],
  ])('%s is %s', (address, path) => {
    expect(enriched(address).path).toBe(path)
  })

  test('is cut behind that: 2,048 characters', () => {
    expect(enriched(`/${'%61'.repeat(5000)}`).path).toBe(`/${'a'.repeat(2047)}`)
  })
})

describe('page.params', () => {
  test.each([
    ['/a?id=1&email=x&utm_source=news#top', '/a?id=1#top'],
    ['/a?email=x', '/a'],
    ['/a?email=x#top', '/a#top'],
    ['/a?ID=1&i%64=2&id', '/a?i%64=2&id'],
    ['/a?id=1&id=2&%zz=3', '/a?id=1&id=2'],
    ['/a?id[]=1&amp;id=2', '/a'],
    ['/#/cart?id=1&token=x', '/#/cart?id=1'],
    ['/#access_token=x&id=1', '/#id=1'],
    ['/#/a=b?token=x', '/#/a=b'],
    ['/a', '/a'],
  ])('of %s stays %s', (address, kept) => {
    expect(enriched(address, { params: ['id'] }).url).toBe(`https://shop.example${kept}`)
    expect(enriched('/', { params: ['id'] }, `https://partner.example${address}`).referrer).toBe(`https://partner.example${kept}`)
  })

  test('of a route too, where it is part of the path', () => {
    expect(enriched('/#/cart?id=1&token=x', { params: ['id'] }).path).toBe('/#/cart?id=1')
  })

  test('attribution is read before', () => {
    const hit = enriched('/?utm_source=News&ref=x&gclid=Y', { params: [] })
    expect(hit).toMatchObject({ url: 'https://shop.example/', source: 'news', clickIds: { gclid: 'Y' } })
  })

  test('unset, all stay', () => {
    expect(enriched('/?email=x#a=b', {}, 'https://partner.example/?q=x')).toMatchObject({
      url: 'https://shop.example/?email=x#a=b',
      referrer: 'https://partner.example/?q=x',
    })
  })

  test('a text that is no URL keeps what is no parameter', () => {
    expect(enriched('/', { params: [] }, 'a text? yes').referrer).toBe('a text')
  })
})

test('user and password of a URL are not stored', () => {
  expect(enrichHit({ url: 'https://user:pw@shop.example/p?a=1#b' }).hit).toMatchObject({ url: 'https://shop.example/p?a=1#b', hostname: 'shop.example', path: '/p' })
})

test('a referrer of one of the site’s hosts is no outside one', () => {
  const referrerHostWith = (hosts: string[]): string =>
    enrichHit({ url: 'https://shop.example/', referrer: 'https://pay.shop.example/x' }, { settings: { hosts } }).hit.referrerHost
  expect(referrerHostWith(['shop.example', '*.shop.example'])).toBe('')
  expect(referrerHostWith(['shop.example'])).toBe('pay.shop.example')
  expect(referrerHostWith([])).toBe('pay.shop.example')
})
