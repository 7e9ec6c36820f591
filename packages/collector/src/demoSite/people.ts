import type { StoredHit } from '@treadlight/store'
import { createRandom, type Random } from './random.ts'
import { choose, hexDigits } from './choose.ts'

/** What all hits of one visitor share. */
export type Person = Pick<StoredHit, 'visitor' | 'user' | 'language' | 'timezone' | 'country' | 'region' | 'city' | 'screen' | 'browser' | 'browserVersion' | 'os' | 'osVersion' | 'device'>

/** Share of visitors who are signed in. */
const signedIn = 0.07

/** A visitor as they come on one day: known again on the next only by their account, and then at home with what they have. */
export function createPerson(random: Random): Person {
  const visitor = hexDigits(random, 16)
  const member = random() < signedIn ? 1 + Math.floor(240 * random() ** 1.5) : undefined
  const own = member === undefined ? random : createRandom(member)
  const [, country, region, city, language, timezone] = choose(own, places, ([weight]) => weight)
  const [, device, browser, browserVersion, os, osVersion, screens] = choose(own, devices, ([weight]) => weight)
  return {
    visitor,
    user: member === undefined ? '' : `member-${member}`,
    language,
    timezone,
    country,
    region,
    city,
    screen: choose(own, screens.split(' '), () => 1),
    browser,
    browserVersion,
    os,
    osVersion,
    device,
  }
}

/** Weight, then what a place database would say (ISO 3166-1 and -2, the city's name), the browser's language and zone. */
const places: readonly (readonly [weight: number, country: string, region: string, city: string, language: string, timezone: string])[] = [
  [150, 'DE', 'DE-BE', 'Berlin', 'de-DE', 'Europe/Berlin'],
  [90, 'DE', 'DE-BY', 'Munich', 'de-DE', 'Europe/Berlin'],
  [80, 'DE', 'DE-HH', 'Hamburg', 'de-DE', 'Europe/Berlin'],
  [60, 'DE', 'DE-NW', 'Cologne', 'de-DE', 'Europe/Berlin'],
  [30, 'DE', 'DE-SN', 'Leipzig', 'de-DE', 'Europe/Berlin'],
  [70, 'AT', 'AT-9', 'Vienna', 'de-AT', 'Europe/Vienna'],
  [24, 'AT', 'AT-7', 'Innsbruck', 'de-AT', 'Europe/Vienna'],
  [55, 'CH', 'CH-ZH', 'Zurich', 'de-CH', 'Europe/Zurich'],
  [75, 'GB', 'GB-ENG', 'London', 'en-GB', 'Europe/London'],
  [26, 'GB', 'GB-SCT', 'Edinburgh', 'en-GB', 'Europe/London'],
  [48, 'US', 'US-NY', 'New York', 'en-US', 'America/New_York'],
  [36, 'US', 'US-CO', 'Denver', 'en-US', 'America/Denver'],
  [34, 'US', 'US-WA', 'Seattle', 'en-US', 'America/Los_Angeles'],
  [50, 'NL', 'NL-NH', 'Amsterdam', 'nl-NL', 'Europe/Amsterdam'],
  [46, 'FR', 'FR-IDF', 'Paris', 'fr-FR', 'Europe/Paris'],
  [20, 'FR', 'FR-ARA', 'Grenoble', 'fr-FR', 'Europe/Paris'],
  [26, 'SE', 'SE-AB', 'Stockholm', 'sv-SE', 'Europe/Stockholm'],
  [24, 'DK', 'DK-84', 'Copenhagen', 'da-DK', 'Europe/Copenhagen'],
  [22, 'PL', 'PL-14', 'Warsaw', 'pl-PL', 'Europe/Warsaw'],
  [20, 'IT', 'IT-25', 'Milan', 'it-IT', 'Europe/Rome'],
  [18, 'ES', 'ES-MD', 'Madrid', 'es-ES', 'Europe/Madrid'],
  [16, 'CA', 'CA-BC', 'Vancouver', 'en-CA', 'America/Vancouver'],
  [14, 'NO', 'NO-03', 'Oslo', 'nb-NO', 'Europe/Oslo'],
  [12, 'JP', 'JP-13', 'Tokyo', 'ja-JP', 'Asia/Tokyo'],
  [10, 'AU', 'AU-VIC', 'Melbourne', 'en-AU', 'Australia/Melbourne'],
  [8, 'BR', 'BR-SP', 'São Paulo', 'pt-BR', 'America/Sao_Paulo'],
  [6, 'IN', 'IN-KA', 'Bengaluru', 'en-IN', 'Asia/Kolkata'],
  [4, 'ZA', 'ZA-WC', 'Cape Town', 'en-ZA', 'Africa/Johannesburg'],
]

/** Weight, then what `readDevice` says of such a device's user agent, and the widths that it comes in. */
const devices: readonly (readonly [weight: number, device: NonNullable<StoredHit['device']>, browser: string, version: string, os: string, osVersion: string, screens: string])[] = [
  [190, 'Desktop', 'Chrome', '142', 'Windows', '11', '1920x1080 1536x864 2560x1440'],
  [60, 'Desktop', 'Chrome', '141', 'macOS', '15', '1440x900 1728x1117'],
  [90, 'Desktop', 'Safari', '26', 'macOS', '26', '1440x900 1512x982 1728x1117'],
  [70, 'Desktop', 'Firefox', '145', 'Windows', '10', '1920x1080 1366x768'],
  [40, 'Desktop', 'Firefox', '145', 'Linux', '', '1920x1080 2560x1440'],
  [60, 'Desktop', 'Microsoft Edge', '141', 'Windows', '11', '1920x1080 1536x864'],
  [210, 'Mobile', 'Safari', '26', 'iOS', '26', '390x844 393x852 430x932'],
  [50, 'Mobile', 'Safari', '18', 'iOS', '18', '375x812 390x844'],
  [150, 'Mobile', 'Chrome', '142', 'Android', '16', '412x915 393x873'],
  [50, 'Mobile', 'Chrome', '140', 'Android', '14', '360x800 384x832'],
  [34, 'Mobile', 'Samsung Internet', '28', 'Android', '15', '360x780 412x915'],
  [16, 'Mobile', 'Firefox', '145', 'Android', '15', '412x915'],
  [26, 'Tablet', 'Safari', '26', 'iOS', '26', '820x1180 1024x1366'],
  [10, 'Tablet', 'Chrome', '142', 'Android', '14', '800x1280'],
]
