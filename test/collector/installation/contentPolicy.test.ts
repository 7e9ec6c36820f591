import { describe, expect, test } from 'vitest'
import { forbidsConnection, forbidsScript, readPolicies } from '../../../packages/collector/src/installation/contentPolicy.ts'

const page = new URL('https://shop.example/cart')
const script = { url: new URL('https://stats.example/t.js'), nonce: '', integrity: '' }

describe('a script under a Content-Security-Policy', () => {
  test.for<[policy: string, forbidden: string | undefined, tag?: Partial<typeof script>, from?: URL]>([
    ['', undefined],
    ['img-src *', undefined],
    ["default-src 'self'", 'default-src'],
    ["default-src 'none'; script-src stats.example", undefined],
    ["script-src *; script-src-elem 'self'", 'script-src-elem'],
    ["script-src 'self'; script-src *", 'script-src'],
    ['SCRIPT-SRC Stats.Example', undefined],
    ['script-src https:', undefined],
    ['script-src http:', undefined],
    ['script-src *', undefined],
    ["script-src 'none'", 'script-src'],
    ['script-src', 'script-src'],
    ['script-src *.example', undefined],
    ['script-src *.stats.example', 'script-src'],
    ['script-src https://stats.example:443', undefined],
    ['script-src https://stats.example:8443', 'script-src'],
    ['script-src https://stats.example:*', undefined],
    ['script-src https://stats.example/t.js', undefined],
    ['script-src https://stats.example/js/', 'script-src'],
    ['script-src http://stats.example', undefined],
    ["script-src 'self'", undefined, { url: new URL('https://shop.example/t.js') }],
    ["script-src 'self'", undefined, { url: new URL('https://shop.example/t.js') }, new URL('http://shop.example/')],
    ["script-src 'nonce-abc'", undefined, { nonce: 'abc' }],
    ["script-src 'nonce-abc'", 'script-src', { nonce: 'abd' }],
    ["script-src 'strict-dynamic' 'nonce-abc' https:", 'script-src'],
    ["script-src 'sha384-x'", undefined, { integrity: 'sha384-x' }],
    ["script-src 'sha384-x'", 'script-src', { integrity: 'sha384-x sha384-y' }],
    ['script-src https:, script-src shop.example', 'script-src'],
  ])('%s', ([policy, forbidden, tag = {}, from = page]) => {
    expect(forbidsScript(readPolicies([policy]), { ...script, ...tag }, from)).toBe(forbidden)
  })

  test.for<[policy: string, forbidden: string | undefined]>([
    ["script-src 'none'", undefined],
    ["connect-src 'self'", 'connect-src'],
    ["default-src 'self'; connect-src https://stats.example/hit", undefined],
    ["default-src 'self'", 'default-src'],
  ])('a hit under %s', ([policy, forbidden]) => {
    expect(forbidsConnection(readPolicies([policy]), new URL('https://stats.example/hit'), page)).toBe(forbidden)
  })

  test('a hostile policy costs no time', () => {
    const started = performance.now()
    forbidsScript(readPolicies([`script-src ${'a'.repeat(30_000)}:${'/'.repeat(30_000)} ${'*.'.repeat(20_000)}`]), script, page)
    expect(performance.now() - started).toBeLessThan(200)
  })
})
