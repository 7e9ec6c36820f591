import { expect, test } from 'vitest'
import { cutAddress } from '../../packages/server/src/cutAddress.ts'

test.each([
  ['127.0.0.1', '127.0.0.0'],
  ['80.90.100.110', '80.90.100.0'],
  ['203.0.113.255', '203.0.113.0'],
  ['0.0.0.0', '0.0.0.0'],
  ['2001:db8::1', '2001:db8::'],
  ['2001:db8:1:2::', '2001:db8:1::'],
  ['2001:DB8:ABCD:EF01:2345:6789:ABCD:EF01', '2001:db8:abcd::'],
  ['::ffff:cb00:7107', '203.0.113.0'],
  ['::ffff:203.0.113.7', '203.0.113.0'],
  ['fe80::1%eth0', 'fe80::'],
  ['::1', '::'],
  ['999.999.999.999', undefined],
  ['1.2.3', undefined],
  ['unknown', undefined],
  ['', undefined],
  ['203.0.113.7, 10.0.0.1', undefined],
])('SS31: %s leaves as %s', (address, expected) => {
  expect(cutAddress(address)).toBe(expected)
})
