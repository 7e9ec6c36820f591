import { isPublicAddress } from '@treadlight/destinations/forward'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'

/** As ipaddr.js has it, which calls all of IPv6 unicast that it knows nothing of: IANA has given 2000::/3 to anybody, and no more. */
function isUnicast(address: string): boolean {
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(ipaddr.parseCIDR('2000::/3')))
}

describe('input 30: which addresses are of the internet', () => {
  test.each([
    ['8.8.8.8', true],
    ['1.1.1.1', true],
    ['172.15.255.255', true],
    ['172.32.0.0', true],
    ['2606:4700::1111', true],
    ['::ffff:8.8.8.8', true],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['::10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['2002:7f00:1::', false],
    ['fc00::1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['ff02::1', false],
    ['', false],
    ['localhost', false],
    ['0x7f.1', false],
    ['1.2.3', false],
    ['1:2:3:4:5:6:7:8:9', false],
    ['1::2::3', false],
  ])('%s: %s', (address, isPublic) => expect(isPublicAddress(address)).toBe(isPublic))

  test('as ipaddr.js says it', () => {
    const four = fc.ipV4()
    const six = fc.ipV6()
    const near = fc.tuple(fc.constantFrom('2001', '2002', '2620', '3fff', '64', 'fc00', '2a00'), fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 })).map(([head, rest]) => [head, ...rest.map((group) => group.toString(16))].join(':'))
    fc.assert(
      fc.property(fc.oneof(four, six, near), (address) => {
        // The library knows nothing of 2620:4f:8000::/48 and of the newest range of documentation, and takes ::11.0.0.0 for 11.0.0.0.
        if (/^(?:2620|3fff)/i.test(address) || (address.includes(':') && address.includes('.'))) return
        expect(`${address} ${isPublicAddress(address)}`).toBe(`${address} ${isUnicast(address)}`)
      }),
      { numRuns: 3000 },
    )
  })
})
