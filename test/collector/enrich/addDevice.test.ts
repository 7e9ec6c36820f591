import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDevice } from '../../../packages/collector/src/enrich/addDevice.ts'
import { run } from './context.ts'
import { userAgents } from './userAgents.ts'

type Row = [browser: string, browserVersion: string | undefined, os: string, osVersion: string | undefined, device: string]

function fields([browser, browserVersion, os, osVersion, device]: Row): object {
  return Object.fromEntries(Object.entries({ browser, browserVersion, os, osVersion, device }).filter(([, value]) => value !== undefined))
}

const none = undefined

// What is frozen in a user agent (Windows NT 10.0, Mac OS X 10.15, Android 10) is no version.
const rows: [keyof typeof userAgents, Row][] = [
  ['chromeWindows', ['Chrome', '141', 'Windows', none, 'Desktop']],
  ['chromeMac', ['Chrome', '141', 'macOS', none, 'Desktop']],
  ['chromeLinux', ['Chrome', '141', 'Linux', none, 'Desktop']],
  ['chromeBook', ['Chrome', '141', 'Chrome OS', none, 'Desktop']],
  ['chromeAndroid', ['Chrome', '141', 'Android', none, 'Mobile']],
  ['chromeTablet', ['Chrome', '141', 'Android', none, 'Tablet']],
  ['chromeWindows7', ['Chrome', '109', 'Windows', '7', 'Desktop']],
  ['chromeIphone', ['Chrome', '141', 'iOS', '18', 'Mobile']],
  ['edge', ['Microsoft Edge', '141', 'Windows', none, 'Desktop']],
  ['opera', ['Opera', '122', 'Windows', none, 'Desktop']],
  ['samsung', ['Samsung Internet', '28', 'Android', none, 'Mobile']],
  ['firefoxLinux', ['Firefox', '140', 'Linux', none, 'Desktop']],
  ['firefoxMac', ['Firefox', '140', 'macOS', none, 'Desktop']],
  ['firefoxAndroid', ['Firefox', '140', 'Android', '15', 'Mobile']],
  ['safariMac', ['Safari', '26', 'macOS', none, 'Desktop']],
  ['safariOldMac', ['Safari', '13', 'macOS', '10.13', 'Desktop']],
  ['safariIphone', ['Safari', '17', 'iOS', '17', 'Mobile']],
  ['safariIphone26', ['Safari', '26', 'iOS', '26', 'Mobile']],
  ['safariOldIpad', ['Safari', '15', 'iOS', '15', 'Tablet']],
  ['instagram', ['Safari', none, 'iOS', '18', 'Mobile']],
  ['explorer', ['Internet Explorer', '11', 'Windows', '8.1', 'Desktop']],
  ['samsungTv', ['Tizen', none, 'Tizen', '6', 'TV']],
]

test.each(rows)('%s', (name, expected) => {
  expect(run(addDevice, { userAgent: userAgents[name] })).toEqual(fields(expected))
})

test.each(['', ' ', 'curl/8.14.1', 'node', 'python-requests/2.32.3', 'Python/3.12 aiohttp/3.10.5', 'Dart/3.5 (dart:io)', 'SomethingMadeUp/99.0 (x)', '<b>/1.0'])(
  'of %j nothing is said',
  (userAgent) => {
    expect(run(addDevice, { userAgent })).toEqual({})
  },
)

describe('client hints', () => {
  const hints = (brand: string, platform: string, version: string): Record<string, string> => ({
    'sec-ch-ua': `"Not?A_Brand";v="8", "Chromium";v="141", "${brand}";v="141"`,
    'sec-ch-ua-mobile': '?0',
    'sec-ch-ua-platform': `"${platform}"`,
    'sec-ch-ua-platform-version': `"${version}"`,
  })

  test.each([
    ['chromeWindows', 'Windows', '15.0.0', '11'],
    ['chromeWindows', 'Windows', '13.0.0', '11'],
    ['chromeWindows', 'Windows', '10.0.0', '10'],
    ['chromeWindows', 'Windows', '0.3.0', '8.1'],
    ['chromeWindows', 'Windows', '0.1.0', '7'],
    ['chromeWindows', 'Windows', '', none],
    ['chromeWindows', 'Windows', 'many', none],
    ['chromeMac', 'macOS', '15.6.1', '15'],
    ['chromeMac', 'macOS', '10.15.7', '10.15'],
    ['chromeAndroid', 'Android', '16.0.0', '16'],
    ['chromeLinux', 'Linux', '6.12.0', none],
    ['chromeBook', 'Chrome OS', '16033.58.0', none],
    // The two speak of different systems: no version of one is that of the other.
    ['chromeWindows', 'macOS', '15.6.1', none],
  ] as const)('%s on %s %s', (name, platform, version, osVersion) => {
    const outcome = run(addDevice, { userAgent: userAgents[name], headers: hints('Google Chrome', platform, version) })
    expect((outcome as { osVersion?: string }).osVersion).toBe(osVersion)
  })

  test('tell browsers that hide behind the user agent of Chrome', () => {
    const named = (brand: string): unknown => run(addDevice, { userAgent: userAgents.chromeWindows, headers: hints(brand, 'Windows', '') })
    expect(named('Brave')).toMatchObject({ browser: 'Brave', browserVersion: '141' })
    expect(named('Google Chrome')).toMatchObject({ browser: 'Chrome' })
    expect(named('Not)A;Brand')).toMatchObject({ browser: 'Chrome' })
  })

  test('malformed ones say nothing, and never more than a name that is known', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('"Brave";v="1"', '"', '\\', '?1', '"Windows"', '"15"', `"${'\\"'.repeat(150)}`))
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(userAgents)), word, word, word, word, (userAgent, brands, mobile, platform, version) => {
        const headers = { 'sec-ch-ua': brands, 'sec-ch-ua-mobile': mobile, 'sec-ch-ua-platform': platform, 'sec-ch-ua-platform-version': version }
        const { browser, browserVersion, osVersion } = run(addDevice, { userAgent, headers }) as Record<string, string>
        for (const value of [browserVersion, osVersion]) expect(value ?? '1').toMatch(/^(?:\d{1,4}|10\.\d{1,2}|8\.1)$/)
        expect(browser ?? 'Chrome').toMatch(/^[A-Z][A-Za-z ]+$/)
      }),
    )
  })
})

describe('what calls itself a Mac', () => {
  test.each([
    ['an iPad', 'safariMac', '820x1180', ['Safari', '26', 'iOS', '26', 'Tablet']],
    ['the largest iPad', 'safariMac', '1032x1376', ['Safari', '26', 'iOS', '26', 'Tablet']],
    ['an iPhone that asks for desktop sites', 'safariMac', '393x852', ['Safari', '26', 'iOS', '26', 'Mobile']],
    ['a MacBook', 'safariMac', '1512x982', ['Safari', '26', 'macOS', none, 'Desktop']],
    ['a monitor that stands upright', 'safariMac', '1080x1920', ['Safari', '26', 'macOS', none, 'Desktop']],
    ['unknown', 'safariMac', none, ['Safari', '26', 'macOS', none, 'Desktop']],
    ['Chrome, which never runs on iPads under this user agent', 'chromeMac', '820x1180', ['Chrome', '141', 'macOS', none, 'Desktop']],
    ['Firefox likewise', 'firefoxMac', '820x1180', ['Firefox', '140', 'macOS', none, 'Desktop']],
  ] as [string, keyof typeof userAgents, string | undefined, Row][])('%s', (_, name, screen, expected) => {
    const hit = screen === undefined ? {} : { screen }
    expect(run(addDevice, { userAgent: userAgents[name], hit })).toEqual({ ...hit, ...fields(expected) })
  })
})
