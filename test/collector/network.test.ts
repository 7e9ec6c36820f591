import fc from 'fast-check'
import { expect, test } from 'vitest'
import { networkOf, withoutPort } from '../../packages/collector/src/hit/network.ts'
import { createTestCollector } from './collector.ts'

test.each([
  ['192.0.2.1:5555', '192.0.2.1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['[', '['],
  ['localhost:80', 'localhost:80'],
  ['', ''],
])('%s without its port is %j', (address, plain) => {
  expect(withoutPort(address)).toBe(plain)
})

test('with a port or without, it is the same network', () => {
  expect(networkOf('192.0.2.1:5555')).toBe('192.0.2.1')
  expect(networkOf('[2001:db8::1]:443')).toBe(networkOf('2001:db8::1'))
  expect(networkOf('unknown')).toBe('')
})

test('an IPv4 address that is seen to be one is the network that parsing makes of it', () => {
  const part = fc.oneof(fc.nat(300).map(String), fc.constantFrom('00', '01', '0x1', '1e1', '', ' 1', '256', '-1'))
  fc.assert(
    fc.property(fc.array(part, { minLength: 3, maxLength: 5 }), (parts) => {
      const address = parts.join('.')
      // With a port it is parsed.
      expect(networkOf(address)).toBe(networkOf(`${address}:80`))
    }),
  )
})

test('what a proxy forwards with a port is excluded and cut like any other', async () => {
  const settings = { exclude: { paths: [], addresses: ['203.0.113.0/24'] }, address: 'cut' as const }
  const { collector, stored } = createTestCollector({ settings })
  const post = (ip: string): Promise<Response> | Response =>
    collector.fetch(Object.assign(new Request('http://localhost/hit', { method: 'POST', body: '{"url":"https://shop.example/"}' }), { ip }))
  expect((await post('203.0.113.7:5555')).headers.get('x-hit-dropped')).toBe('address')
  await post('198.51.100.9:4000')
  expect((await stored()).map(({ address }) => address)).toEqual(['198.51.100.0'])
})
