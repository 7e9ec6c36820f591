import type { StoredHit } from '@treadlight/store'
import { makeEngagement, makeEvent, makeHit } from '../store/makeHit.ts'

const hour = 3_600_000
const paths = ['/', '/pricing', '/docs', '/blog/a', '/blog/b', '/thanks']
const origins = [
  { source: '', referrerHost: '', referrer: '', channel: '' },
  { source: 'newsletter', referrerHost: '', referrer: '', channel: 'Email', medium: 'email', campaign: 'spring', term: 'boots', content: 'top' },
  { source: '', referrerHost: 'google.com', referrer: 'https://google.com/', channel: 'Organic Search' },
  { source: 'adnet', referrerHost: '', referrer: '', channel: 'Paid Other', medium: 'cpc', campaign: 'autumn', term: 'tent', content: 'side' },
  { source: '', referrerHost: 'news.example', referrer: 'https://news.example/item?id=1', channel: 'Referral' },
]
const places = [
  { country: 'DE', region: 'DE-BE', city: 'Berlin', language: 'de' },
  { country: 'US', region: 'US-CA', city: 'Oakland', language: 'en' },
  { country: 'SG', region: 'SG-01', city: 'Singapore', language: 'en' },
  { country: 'DE', region: 'DE-BY', city: 'München', language: 'de' },
]
const devices = [
  { browser: 'Firefox', browserVersion: '140', os: 'Linux', osVersion: '6', device: 'Desktop', screen: '1920x1080' },
  { browser: 'Safari', browserVersion: '18', os: 'iOS', osVersion: '18', device: 'Mobile', screen: '390x844' },
  { browser: 'Firefox', browserVersion: '141', os: 'Windows', osVersion: '11', device: 'Desktop', screen: '1280x720' },
] as const

/**
 * Sixty visits of the days up to `now`, with a value for every dimension: one to three pages each, read for a while, and
 * some with a sign-up or a purchase.
 */
export function panelHits(now: number): StoredHit[] {
  return Array.from({ length: 60 }, (_, index) => visit(index, now - hour - index * 2 * hour)).flat()
}

function visit(index: number, time: number): StoredHit[] {
  const who = {
    site: 'default',
    visitor: `v${index}`,
    ...origins[index % 5]!,
    ...places[index % 4]!,
    ...devices[index % 3]!,
  }
  // A visit ends before the site's midnight, as every visit does.
  const start = Math.min(time, Date.parse(new Date(time).toISOString().slice(0, 10)) + 24 * hour - 60_000)
  const views = Array.from({ length: 1 + (index % 3) }, (_, view) =>
    makeHit({ ...who, path: paths[(index + 5 * view + Math.floor(index / 6)) % paths.length]!, time: start + view * 10_000 }),
  )
  const hits = views.flatMap((view, at) => [view, makeEngagement(view, { engaged: 1000 * (at + 1) * (1 + (index % 7)), scroll: 10 * (1 + (index % 9)) })])
  const at = { ...who, path: views[0]!.path, time: start + 35_000 }
  if (index % 4 === 1) hits.push(makeEvent('signup', { ...at, props: { plan: index % 8 === 1 ? 'pro' : 'free' } }))
  if (index % 10 === 3) hits.push(makeEvent('purchase', { ...at, time: at.time + 1, props: { plan: 'pro', size: 'XL' }, revenue: { amount: '19.90', currency: 'EUR' } }))
  return hits
}
