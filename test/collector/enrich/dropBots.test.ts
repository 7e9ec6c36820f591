import { describe, expect, test } from 'vitest'
import { dropBots } from '../../../packages/collector/src/enrich/dropBots.ts'
import { createTestCollector } from '../collector.ts'
import { run, type Circumstances } from './context.ts'
import { userAgents } from './userAgents.ts'

const dropped = (circumstances: Circumstances): string | undefined => {
  const outcome = run(dropBots, circumstances)
  return typeof outcome === 'string' ? outcome : undefined
}

const crawlers = [
  userAgents.googlebot,
  'Googlebot/2.1 (+http://www.google.com/bot.html)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
  'UptimeRobot/2.0',
  'Twitterbot/1.0',
  'WhatsApp/2.23.20.0',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Screaming Frog SEO Spider/20.0',
  // A crawler that says what drives it is a crawler.
  `${userAgents.headless} (compatible; ExampleBot/1.0; +https://bot.example)`,
]

const libraries = [
  'curl/8.14.1',
  'Wget/1.25',
  'node',
  'undici',
  'axios/1.12.0',
  'python-requests/2.32.3',
  'Go-http-client/2.0',
  'okhttp/5.1.0',
  'Java/21',
  'Ruby',
  'PostmanRuntime/7.46',
  'my-shop/2.0.1',
]

const browsers = Object.entries(userAgents).filter(([name]) => !['headless', 'phantom', 'googlebot'].includes(name))

describe('crawlers', () => {
  test.each(crawlers)('%s: dropped, whether it posts or fetches a pixel', (userAgent) => {
    expect(dropped({ userAgent })).toBe('bot')
    expect(dropped({ userAgent, isPixel: true })).toBe('bot')
  })

  test.each(libraries)('%s posts on purpose, and follows links to pixels like a robot', (userAgent) => {
    expect(dropped({ userAgent })).toBeUndefined()
    expect(dropped({ userAgent, isPixel: true })).toBe('bot')
  })

  test.each(browsers)('%s counts', (_, userAgent) => {
    expect(dropped({ userAgent })).toBeUndefined()
    expect(dropped({ userAgent, isPixel: true })).toBeUndefined()
  })

  test('no user agent at all counts where it posts', () => {
    expect(dropped({ userAgent: '' })).toBeUndefined()
  })

  test('they count where the owner says so; driven browsers are another matter', () => {
    const bots = { crawlers: 'count', automation: 'drop' } as const
    expect(dropped({ userAgent: userAgents.googlebot, bots })).toBeUndefined()
    expect(dropped({ userAgent: 'curl/8.14.1', bots, isPixel: true })).toBeUndefined()
    expect(dropped({ userAgent: userAgents.headless, bots })).toBe('automation')
  })
})

describe('edge 21: browsers that a program drives', () => {
  const driven: [string, Circumstances][] = [
    ['say so', { userAgent: userAgents.firefoxLinux, sent: { webdriver: true } }],
    ['are headless', { userAgent: userAgents.headless }],
    ['are PhantomJS', { userAgent: userAgents.phantom }],
    ['have a brand', { userAgent: userAgents.chromeLinux, headers: { 'sec-ch-ua': '"HeadlessChrome";v="141", "Not?A_Brand";v="8"' } }],
  ]
  test.each(driven)('%s: dropped, unless the owner counts them', (_, circumstances) => {
    expect(dropped(circumstances)).toBe('automation')
    expect(dropped({ ...circumstances, isPixel: true })).toBe('automation')
    expect(dropped({ ...circumstances, bots: { crawlers: 'drop', automation: 'count' } })).toBeUndefined()
  })
})

describe('edge 16: pages that a browser loads ahead', () => {
  const ahead = [
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-purpose': 'preview' },
    { 'x-moz': 'prefetch' },
  ]
  test.each(ahead)('%o: pixels and hits without an id are dropped', (headers) => {
    const sent = { id: undefined as unknown as string }
    expect(dropped({ headers, isPixel: true })).toBe('prefetch')
    expect(dropped({ headers, sent })).toBe('prefetch')
  })

  test('what the tracker sends from a prerendered page was left by a page that was seen', () => {
    expect(dropped({ headers: { 'sec-purpose': 'prefetch;prerender' } })).toBeUndefined()
  })

  test('other purposes are none', () => {
    expect(dropped({ headers: { purpose: 'navigate', 'sec-purpose': '' }, isPixel: true })).toBeUndefined()
  })
})

test('each hit is judged by itself, and the answer names the reasons', async () => {
  const { post, stored } = createTestCollector()
  const url = 'https://shop.example/'
  const response = await post([{ url, webdriver: true }, { url, title: 'Shop' }], { 'user-agent': userAgents.firefoxLinux })
  expect([response.status, response.headers.get('x-hit-dropped')]).toEqual([201, 'automation'])
  expect(await stored()).toMatchObject([{ title: 'Shop' }])
  const crawled = await post({ url }, { 'user-agent': userAgents.googlebot })
  expect([crawled.status, crawled.headers.get('x-hit-dropped')]).toEqual([200, 'bot'])
})

test.each([
  ['brackets', `Mozilla/5.0 ${'('.repeat(16_000)}`],
  ['numbers', `Mozilla/5.0 ${'1.'.repeat(8000)}`],
  ['spaces', `a${' '.repeat(16_000)}`],
  ['markup', '<img src=x onerror=alert(1)>'],
])('inputs 11 and 29: a hostile user agent of %s is that of no browser, and nothing of it is stored', async (_, userAgent) => {
  const { post, stored } = createTestCollector({ settings: { bots: { crawlers: 'count', automation: 'drop' } } })
  const response = await post({ url: 'https://shop.example/' }, { 'user-agent': userAgent })
  expect(response.status).toBe(201)
  const [hit] = await stored()
  expect(hit).not.toHaveProperty('browser')
  expect(JSON.stringify(hit)).not.toContain(userAgent.slice(0, 20))
})
