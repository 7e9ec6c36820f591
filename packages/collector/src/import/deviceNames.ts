import type { Device } from '@treadlight/store'

/** What others call browsers that have another name here, in lower case: `detect-browser` (Umami), GoatCounter's `gadget`, Matomo, Plausible. */
const browsers: Readonly<Record<string, string>> = {
  chrome: 'Chrome',
  crios: 'Chrome',
  'chrome mobile': 'Chrome',
  'chrome mobile ios': 'Chrome',
  'chrome webview': 'Chrome',
  'chromium-webview': 'Chrome',
  'headless chrome': 'Chrome',
  chromium: 'Chromium',
  edge: 'Microsoft Edge',
  'edge-chromium': 'Microsoft Edge',
  'edge-ios': 'Microsoft Edge',
  'microsoft edge': 'Microsoft Edge',
  firefox: 'Firefox',
  fxios: 'Firefox',
  'firefox mobile': 'Firefox',
  'firefox mobile ios': 'Firefox',
  safari: 'Safari',
  'mobile safari': 'Safari',
  ios: 'Safari',
  'ios-webview': 'Safari',
  opera: 'Opera',
  'opera mobile': 'Opera',
  'opera-mini': 'Opera',
  'opera mini': 'Opera',
  samsung: 'Samsung Internet',
  'samsung browser': 'Samsung Internet',
  'samsung internet': 'Samsung Internet',
  ie: 'Internet Explorer',
  'internet explorer': 'Internet Explorer',
  brave: 'Brave',
  silk: 'Amazon Silk',
  'yandexbrowser': 'Yandex Browser',
  yandex: 'Yandex Browser',
  vivaldi: 'Vivaldi',
  'duckduckgo privacy browser': 'DuckDuckGo',
  'android browser': 'Android Browser',
  android: 'Android Browser',
}

const systems: readonly [RegExp, string][] = [
  [/^windows phone\b/i, 'Windows Phone'],
  [/^windows\b/i, 'Windows'],
  [/^(?:mac ?os x|mac ?os|os x|macintosh|mac)\b/i, 'macOS'],
  [/^(?:ios|ipados|iphone os)\b/i, 'iOS'],
  [/^android(?: os)?\b/i, 'Android'],
  [/^(?:chrome ?os|cros)\b/i, 'Chrome OS'],
  [/^(?:gnu\/linux|linux|ubuntu|fedora|debian|arch)\b/i, 'Linux'],
]

/** Words for kinds of devices. Those that no kind here is, such as a console, are left out. */
const devices: Readonly<Record<string, Device>> = {
  desktop: 'Desktop',
  laptop: 'Desktop',
  ultrawide: 'Desktop',
  mobile: 'Mobile',
  smartphone: 'Mobile',
  phablet: 'Mobile',
  'feature phone': 'Mobile',
  tablet: 'Tablet',
  tv: 'TV',
}

const unknown: ReadonlySet<string> = new Set(['', 'unknown', 'unk', '(unknown)'])

/** A browser under the name that it has here; as it is where nobody has given it one. Undefined where it is not known. */
export function browserName(text: string): string | undefined {
  const name = text.trim()
  return unknown.has(name.toLowerCase()) ? undefined : (browsers[name.toLowerCase()] ?? name)
}

/** A system by its name here, and what stands behind it as its version: `Windows 10`, `Mac OS`. */
export function systemName(text: string): { os?: string; osVersion?: string } {
  const name = text.trim()
  if (unknown.has(name.toLowerCase())) return {}
  for (const [pattern, os] of systems) {
    const [said] = pattern.exec(name) ?? []
    if (said === undefined) continue
    const osVersion = name.slice(said.length).trim()
    return { os, ...(osVersion !== '' && { osVersion }) }
  }
  return { os: name }
}

export function deviceName(text: string): Device | undefined {
  return devices[text.trim().toLowerCase()]
}

/** `120.0.6099.109` → `120`: versions of browsers are whole numbers here. */
export function majorVersion(text: string): string | undefined {
  return /^\d+/.exec(text.trim())?.[0]
}

/** A subdivision with its country before it, as ISO 3166-2 has it: some products store the second half alone. */
export function regionCode(country: string | undefined, region: string): string | undefined {
  if (region === '' || country === undefined) return undefined
  if (/^[A-Z]{2}-[A-Z0-9]{1,3}$/i.test(region)) return region.toUpperCase()
  return /^[A-Z0-9]{1,3}$/i.test(region) ? `${country}-${region.toUpperCase()}` : region
}

/** Two letters in upper case; undefined for what is none, and for codes that mean nowhere. */
export function countryCode(text: string): string | undefined {
  const code = text.trim().toUpperCase()
  return /^[A-Z]{2}$/.test(code) && code !== 'XX' && code !== 'ZZ' ? code : undefined
}
