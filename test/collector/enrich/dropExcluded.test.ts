import { describe, expect, test } from 'vitest'
import { createTestCollector } from '../collector.ts'
import { enrichHit } from './enrichHit.ts'

describe('AR03 SS20 paths, by whole segments', () => {
  test.each([
    ['/page1', '/page1', 'path'],
    ['/page1', '/page1/', 'path'],
    ['/page1', '/page1/x', 'path'],
    ['/page1', '/page1?x=/', 'path'],
    ['/page1', '/page1#part', 'path'],
    ['/page1', '/page10', undefined],
    ['/page1', '/page1.html', undefined],
    ['/page1', '/other/page1', undefined],
    ['/page1', '/Page1', undefined],
    ['/page1', '/page%31', 'path'],
    ['/app#/admin', '/app#/admin/users', 'path'],
    ['/#!/admin', '/#!/admin', 'path'],
    ['/app#/admin', '/app#/administrators', undefined],
    ['/app', '/app#/admin', 'path'],
    ['/%C3%BCber', '/über/uns', 'path'],
    ['/constructor', '/constructor', 'path'],
    ['/admin', '//admin', 'path'],
    ['/admin/users', '/admin///users//7', 'path'],
    ['/admin', '/x//admin', undefined],
  ])('%s excludes %s: %s', (path, page, reason) => {
    expect(enrichHit({ url: `https://shop.example${page}` }, { settings: { exclude: { paths: [path], addresses: [] } } }).reason).toBe(reason)
  })
})

describe('addresses and ranges', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', 'address'],
    ['192.0.2.7', '192.0.2.70', undefined],
    ['192.0.2.7', '::ffff:192.0.2.7', 'address'],
    ['::ffff:192.0.2.7', '192.0.2.7', 'address'],
    ['::ffff:192.0.2.0/120', '192.0.2.9', 'address'],
    ['198.51.100.0/24', '198.51.100.255', 'address'],
    ['198.51.100.0/24', '198.51.101.0', undefined],
    ['198.51.100.0/24', '2001:db8::1', undefined],
    ['2001:db8::/32', '2001:db8:ffff::1', 'address'],
    ['2001:db8::/32', '2001:db9::1', undefined],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1', 'address'],
    ['0.0.0.0/0', '203.0.113.1', 'address'],
    ['0.0.0.0/0', '', undefined],
    ['0.0.0.0/0', 'unknown', undefined],
    ['0.0.0.0/0', '1'.repeat(10_000), undefined],
  ])('%s excludes %s: %s', (range, address, reason) => {
    expect(enrichHit({}, { address, settings: { exclude: { paths: [], addresses: [range] } } }).reason).toBe(reason)
  })
})

describe('input 23: hosts, of the page and of where it says it was sent from', () => {
  test.each([
    [[], 'https://any.example/', undefined, undefined],
    [['shop.example'], 'https://shop.example/', undefined, undefined],
    [['shop.example'], 'https://SHOP.example.:8443/', undefined, undefined],
    [['shop.example'], 'https://www.shop.example/', undefined, undefined],
    [['www.shop.example'], 'https://shop.example/', undefined, undefined],
    [['shop.example'], 'https://blog.shop.example/', undefined, 'host'],
    [['shop.example'], 'https://notshop.example/', undefined, 'host'],
    [['shop.example'], 'https://shop.example@evil.example/', undefined, 'host'],
    [['*.shop.example'], 'https://a.b.shop.example/', undefined, undefined],
    [['*.shop.example'], 'https://shop.example/', undefined, 'host'],
    [['*.shop.example'], 'https://notshop.example/', undefined, 'host'],
    [['xn--bcher-kva.example'], 'https://bücher.example/', undefined, undefined],
    [['192.0.2.1'], 'http://192.0.2.1/', undefined, undefined],
    [['shop.example'], 'https://shop.example/', 'https://www.shop.example', undefined],
    [['shop.example'], 'https://shop.example/', 'https://evil.example', 'host'],
    [['shop.example'], 'https://shop.example/', 'chrome-extension://abcdef', 'host'],
    [['*.shop.example'], 'https://www.shop.example/', 'https://www.shop.example', undefined],
    [['*.shop.example'], 'https://www.shop.example/', 'http://www.shop.example:8080', undefined],
    [['shop.example'], 'https://shop.example/', 'null', undefined],
    [['shop.example'], 'https://shop.example/', 'file://', undefined],
    [['shop.example'], `https://${'a.'.repeat(5000)}shop.example/`, undefined, 'host'],
  ])('%j, page %s, origin %s: %s', (hosts, url, origin, reason) => {
    expect(enrichHit({ url }, { settings: { hosts }, ...(origin !== undefined && { headers: { origin } }) }).reason).toBe(reason)
  })

  test('the answer says so, and the owner sees which and how often', async () => {
    const { post, collector, stored, errors } = createTestCollector({ settings: { hosts: ['shop.example'] } })
    const url = 'https://staging.shop.example/'
    const answer = await post([{ url }, { url }, { url: 'https://shop.example/' }])
    expect([answer.status, answer.headers.get('x-hit-dropped')]).toEqual([201, 'host'])
    await post({ url: 'https://shop.example/' }, { origin: 'https://evil.example' })
    expect(collector.unknownHosts()).toMatchObject([
      { host: 'staging.shop.example', hits: 2 },
      { host: 'evil.example', hits: 1 },
    ])
    expect(await stored()).toHaveLength(1)
    expect(errors.map(String)).toEqual([expect.stringContaining('the setting hosts')])
  })

  test('who makes up a thousand hosts does not push out one that comes often', async () => {
    const { post, collector } = createTestCollector({ settings: { hosts: ['shop.example'] } })
    await post([{ url: 'https://staging.example/' }, { url: 'https://staging.example/' }])
    await post(Array.from({ length: 1000 }, (_, index) => ({ url: `https://made-up-${index}.example/` })))
    expect(collector.unknownHosts()).toHaveLength(100)
    expect(collector.unknownHosts()[0]).toMatchObject({ host: 'staging.example', hits: 2 })
  })
})
