import type { StoredHit } from '@treadlight/store'
import Bowser from 'bowser'
import { readClientHints } from './clientHints.ts'

/** What is stored of a device. */
export type Device = Pick<StoredHit, 'browser' | 'browserVersion' | 'os' | 'osVersion' | 'device'>

/** What a user agent and its hints say of it. */
export interface DeviceFacts extends Device {
  /** Safari's engine on what calls itself a Mac: that may be an iPad, or an iPhone that asks for desktop sites. */
  mayBeMobile: boolean
}

const devices = { desktop: 'Desktop', mobile: 'Mobile', tablet: 'Tablet', tv: 'TV' } as const

/** Where the browser's own word is shorter. */
const shorterNames: Record<string, string> = { 'Samsung Internet for Android': 'Samsung Internet' }
// Names that bowser knows: of a user agent that it does not, it takes the first word.
const browsers = new Map(Object.values(Bowser.BROWSER_MAP).map((name) => [name, shorterNames[name] ?? name]))
const systems = new Map(Object.values(Bowser.OS_MAP).map((name) => [name, name]))

/** Browser, system and kind of device, each left out where nothing is known of it, as with programs that are no browsers. */
export function readDevice(userAgent: string): DeviceFacts {
  if (userAgent === '') return { mayBeMobile: false }
  const parsed = Bowser.parse(userAgent)
  const browser = browsers.get(parsed.browser.name ?? '')
  const browserVersion = browser && majorOf(parsed.browser.version)
  const os = systems.get(parsed.os.name ?? '')
  const osVersion = os && versionOf(os, parsed.os, userAgent, browser === 'Safari' ? browserVersion : undefined)
  const device = devices[parsed.platform.type as keyof typeof devices] ?? (os === 'Chrome OS' ? 'Desktop' : undefined)
  return {
    ...(browser && { browser }),
    ...(browserVersion && { browserVersion }),
    ...(os && { os }),
    ...(osVersion && { osVersion }),
    ...(device && { device }),
    mayBeMobile: os === 'macOS' && /AppleWebKit/.test(userAgent) && !/Chrome\//.test(userAgent),
  }
}

/**
 * What client hints say.
 * @param joined by `joinClientHints`
 */
export function readHintedDevice(joined: string): Device {
  const { brands, mobile, platform, platformVersion } = readClientHints(joined)
  // Chromium is what they all are, and Chrome what their user agents say.
  const named = brands.find(({ brand }) => browsers.has(brand) && brand !== 'Chromium' && brand !== 'Chrome')
  const browser = named && browsers.get(named.brand)
  const browserVersion = named && majorOf(named.version)
  const os = systems.get(platform)
  const osVersion = os && hintedVersion(os, platformVersion)
  return {
    ...(browser && { browser }),
    ...(browserVersion && { browserVersion }),
    ...(os && { os }),
    ...(osVersion && { osVersion }),
    ...(mobile && { device: 'Mobile' }),
  }
}

/**
 * The two together. The hints name browsers that hide behind the user agent of Chrome, such as Brave, and the system's
 * version, if they speak of the same system; a kind of device only where the user agent says none.
 */
export function joinDevices(said: DeviceFacts, hinted: Device): DeviceFacts {
  const joined = { ...said }
  if (said.browser === 'Chrome' && hinted.browser !== undefined && hinted.browserVersion !== undefined) {
    joined.browser = hinted.browser
    joined.browserVersion = hinted.browserVersion
  }
  if (said.os !== undefined && said.os === hinted.os && hinted.osVersion !== undefined) joined.osVersion = hinted.osVersion
  if (said.device === undefined && hinted.device !== undefined) joined.device = hinted.device
  return joined
}

function hintedVersion(os: string, version: string): string | undefined {
  const major = majorOf(version)
  if (major === undefined) return undefined
  if (os === 'Windows') return windowsVersion(Number(major), version)
  return os === 'macOS' ? macVersion(version) : os === 'Android' ? major : undefined
}

/** https://learn.microsoft.com/microsoft-edge/web-platform/how-to-detect-win11 */
function windowsVersion(major: number, version: string): string | undefined {
  if (major >= 13) return '11'
  if (major >= 1) return '10'
  return { '0.1': '7', '0.2': '8', '0.3': '8.1' }[version.slice(0, 3)]
}

/**
 * The system's version by the user agent, as far as that can be believed. Browsers have frozen it: to Windows NT 10.0,
 * Mac OS X 10.15 and Android 10 on a device called K, and Safari 26 to iOS 18, where its own version is the system's
 * (https://webkit.org/blog/17333/webkit-features-in-safari-26-0/).
 */
function versionOf(os: string, { version, versionName }: Bowser.Parser.OSDetails, userAgent: string, safari: string | undefined): string | undefined {
  if (os === 'Windows') return versionName !== '10' && /^(?:\d[\d.]*|XP|Vista)$/.test(versionName ?? '') ? versionName : undefined
  if (os === 'macOS') return version?.startsWith('10.15') ? undefined : macVersion(version)
  if (os === 'Android') return userAgent.includes('Android 10; K)') ? undefined : majorOf(version)
  if (os === 'iOS') return Number(safari) >= 26 ? safari : majorOf(version)
  return os === 'Linux' || os === 'Chrome OS' ? undefined : majorOf(version)
}

/** Until 10.15 the second number was what changed every year. */
function macVersion(version = ''): string | undefined {
  return version.startsWith('10.') ? /^10\.\d{1,2}/.exec(version)?.[0] : majorOf(version)
}

function majorOf(version = ''): string | undefined {
  return /^\d{1,4}(?!\d)/.exec(version)?.[0]
}
