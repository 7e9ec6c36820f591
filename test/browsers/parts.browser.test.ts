import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { setStage, tagOf, trackEnd, type Tracker } from './stage.ts'

// What t.js and t.full.js find out about a page without its help, in real Chromium: what arrived at the collector.

const stage = setStage({ head: tagOf('t.full'), locale: 'de-CH', timezoneId: 'Asia/Tokyo', screen: { width: 1234, height: 567 } })
const { open } = stage

/** The same server under another name, where no tag is: another host for links. */
const elsewhere = (path: string) => `${stage.collector.url.replace('127.0.0.1', 'localhost')}${path}`
const viewPaths = () => stage.hits('pageview').map(({ url }) => url.slice(stage.collector.url.length))

async function expectViews(...paths: string[]): Promise<void> {
  await expect.poll(viewPaths, { timeout: 15_000 }).toEqual(paths)
}

/** Opens a page that has loaded and whose view is stored, so that whatever comes now is of what the test does. */
async function openSettled(path = '/start'): Promise<Page> {
  const page = await open(path)
  await expect.poll(() => viewPaths().length).toBe(1)
  return page
}

/** Does what opens another tab, and waits for that. */
async function intoTab(act: () => Promise<unknown>): Promise<void> {
  const [tab] = await Promise.all([stage.context.waitForEvent('page'), act()])
  await tab.waitForLoadState()
  await tab.close()
}

describe.each(['t', 't.full'] as const)('data-track in %s.js', (name) => {
  test('edge 36: a button, what is in it, SVG and shadow DOM, with its properties', async () => {
    stage.head = tagOf(name)
    stage.body = `
      <button data-track="signup" data-track-plan="pro" data-track-paid-by="card" data-other="no"><b>Sign <i>up</i></b></button>
      <svg width="100" height="50"><g data-track="chart" data-track-part="bar"><rect width="50" height="50"></rect></g></svg>
      <div id="host"></div>
      <section data-track="outer"><a id="inner" data-track="" href="#x">inner</a></section>
      <p>none</p>
      <script>
        host.attachShadow({ mode: 'open' }).innerHTML = '<button data-track="shadow" data-track-depth="1"><em>deep</em></button>'
        // Whoever stops clicks stops none of ours.
        document.querySelector('button').addEventListener('click', (event) => event.stopImmediatePropagation())
      </script>`
    const page = await open()
    await page.click('button i')
    await page.click('rect')
    await page.click('em')
    await page.click('#inner')
    await page.click('p')
    await trackEnd(page)
    await stage.expectEvents(
      ['signup', { 'plan': 'pro', 'paid-by': 'card' }],
      ['chart', { part: 'bar' }],
      ['shadow', { depth: '1' }],
      ['outer', {}],
      ['end', {}],
    )
    expect(stage.observed.errors).toEqual([])
  })
})

describe('links to other hosts', () => {
  const clicks: [string, (page: Page) => Promise<unknown>][] = [
    ['the left button', (page) => page.click('#out')],
    ['the middle button', (page) => page.click('#out', { button: 'middle' })],
    ['the control key', (page) => page.click('#out', { modifiers: ['Control'] })],
    ['what is in it', (page) => page.click('#out b')],
    ['a link in SVG', (page) => page.click('rect')],
    ['a link in shadow DOM', (page) => page.click('#shadow')],
    ['the Enter key', async (page) => (await page.focus('#out'), page.keyboard.press('Enter'))],
  ]
  test.each(clicks)('edge 36, 38: %s is one event without query and fragment', async (_, click) => {
    const url = elsewhere('/elsewhere')
    stage.answers['/elsewhere'] = '<!doctype html><title>elsewhere</title>'
    stage.body = `
      <a id="out" target="_blank" href="${url}?token=secret#top">out <b>there</b></a>
      <svg width="50" height="50"><a href="${url}" target="_blank"><rect width="50" height="50"></rect></a></svg>
      <div id="host"></div>
      <script>
        host.attachShadow({ mode: 'open' }).innerHTML = '<a id="shadow" target="_blank" href="${url}">out</a>'
      </script>`
    const page = await openSettled()
    await intoTab(() => click(page))
    await trackEnd(page)
    await stage.expectEvents(['Outbound Link: Click', { url }], ['end', {}])
    expect(stage.observed.errors).toEqual([])
  })

  test('edge 37: a click that leaves the page is counted and goes where it went', async () => {
    stage.answers['/elsewhere'] = '<!doctype html><title>elsewhere</title>'
    stage.body = `<a href="${elsewhere('/elsewhere?q=1')}">out</a>`
    const page = await openSettled()
    await page.click('a')
    await page.waitForURL('**/elsewhere?q=1')
    await stage.expectEvents(['Outbound Link: Click', { url: elsewhere('/elsewhere') }])
  })

  test('edge 38: the right button, other schemes, this host and no link are none', async () => {
    stage.body = `
      <a id="out" href="${elsewhere('/elsewhere')}">out</a>
      <a id="mail" href="mailto:ann@example.com">mail</a>
      <a id="call" href="tel:+100000">call</a>
      <a id="script" href="javascript:void 0">script</a>
      <a id="none">no link</a>
      <a id="broken" href="http://[" onclick="return false">broken</a>
      <a id="here" href="#here">here</a>
      <p>text</p>`
    const page = await openSettled()
    for (const link of ['#mail', '#call', '#script', '#none', '#broken', '#here', 'p']) await page.click(link)
    // Last, because a menu opens.
    await page.click('#out', { button: 'right' })
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
    expect(stage.observed.errors).toEqual([])
  })

  test('a link whose click the page takes for itself is still one event', async () => {
    stage.body = `<a href="${elsewhere('/elsewhere')}">out</a><script>document.querySelector('a').onclick = () => false</script>`
    const page = await openSettled()
    await page.click('a')
    await trackEnd(page)
    await stage.expectEvents(['Outbound Link: Click', { url: elsewhere('/elsewhere') }], ['end', {}])
    expect(page.url()).toBe(`${stage.collector.url}/start`)
  })
})

describe('files', () => {
  const download = { headers: { 'content-type': 'application/pdf', 'content-disposition': 'attachment' }, body: '%PDF' }

  test('one event and exactly one download, of this host and of others', async () => {
    stage.answers['/report.PDF'] = download
    stage.body = `<a id="here" href="/report.PDF?token=secret">report</a><a id="there" href="${elsewhere('/report.PDF')}">report</a>`
    const page = await openSettled()
    for (const [index, link] of ['#here', '#there'].entries()) {
      const [{ url }] = await Promise.all([page.waitForEvent('download').then((file) => ({ url: file.url() })), page.click(link)])
      expect(url).toMatch(/report\.PDF/)
      expect(stage.collector.visited.filter((path) => path.startsWith('/report'))).toHaveLength(index + 1)
    }
    await trackEnd(page)
    await stage.expectEvents(
      ['File Download', { url: `${stage.collector.url}/report.PDF` }],
      ['File Download', { url: elsewhere('/report.PDF') }],
      ['end', {}],
    )
  })

  test('an image or a page is none', async () => {
    stage.body = '<a id="image" href="/picture.png" target="_blank">picture</a> <a id="page" href="/pdf/about" target="_blank">about</a>'
    stage.answers['/picture.png'] = stage.answers['/pdf/about'] = 'nothing'
    const page = await openSettled()
    for (const link of ['#image', '#page']) await intoTab(() => page.click(link))
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
  })
})

describe('forms', () => {
  test('a form is one event as it is submitted, and what was filled in stays in the page', async () => {
    stage.answers['/done'] = '<!doctype html><title>done</title>'
    stage.body = '<form action="/done"><input name="card" value="4242" required><button>Pay</button></form>'
    const page = await openSettled()
    await page.click('button')
    await page.waitForURL('**/done?card=4242')
    await stage.expectEvents(['Form: Submission', { path: '/start' }])
    expect(JSON.stringify(stage.collector.arrivals)).not.toContain('4242')
  })

  test('an invalid form counts only with novalidate; one that a script submits does not', async () => {
    stage.body = `
      <iframe name="sink" src="about:blank"></iframe>
      <form target="sink" action="/sink"><input required><button id="invalid">Send</button></form>
      <form target="sink" action="/sink" novalidate><input required><button id="novalidate">Send</button></form>
      <form target="sink" action="/sink" id="scripted"></form>
      <form onsubmit="event.stopPropagation(); return false"><button id="own">Send</button></form>`
    stage.answers['/sink'] = 'thanks'
    const page = await openSettled()
    await page.click('#invalid')
    await page.evaluate(() => (document.querySelector('#scripted') as HTMLFormElement).submit())
    await page.click('#novalidate')
    await page.click('#own')
    await trackEnd(page)
    await stage.expectEvents(['Form: Submission', { path: '/start' }], ['Form: Submission', { path: '/start' }], ['end', {}])
  })
})

describe('pages that are missing', () => {
  test('an answer of 404 is a view and an event of that name', async () => {
    stage.answers['/gone'] = { status: 404, body: `<!doctype html><title>gone</title>${stage.head}` }
    const page = await open('/gone?from=mail')
    await trackEnd(page)
    await stage.expectEvents(['404', { path: '/gone' }], ['end', {}])
    await expectViews('/gone?from=mail')
    expect(stage.hits('event')[0]!.view).toBe(stage.hits('pageview')[0]!.id)
  })

  test('any other is none', async () => {
    stage.answers['/broken'] = { status: 500, body: `<!doctype html><title>broken</title>${stage.head}` }
    for (const path of ['/start', '/broken']) await trackEnd(await open(path))
    await stage.expectEvents(['end', {}], ['end', {}])
  })
})

describe('how a page came to be shown', () => {
  const navigations = () => stage.hits('pageview').map(({ navigation }) => navigation)
  const expectNavigations = (...expected: (string | undefined)[]) => expect.poll(navigations, { timeout: 15_000 }).toEqual(expected)

  test('by a link, reloaded, and gone back to; a route within it says nothing', async () => {
    const page = await openSettled('/a')
    await page.reload()
    await expectNavigations('navigate', 'reload')
    await page.evaluate(() => history.pushState(null, '', '/route'))
    await expectNavigations('navigate', 'reload', undefined)
    await page.goto(`${stage.collector.url}/b`)
    await expectNavigations('navigate', 'reload', undefined, 'navigate')
    await page.goBack()
    await expectNavigations('navigate', 'reload', undefined, 'navigate', 'back-forward')
    await trackEnd(page)
    await expect.poll(() => stage.hits('event').map(({ navigation }) => navigation)).toEqual([undefined])
  })

  test('edge 18: restored from the back/forward cache', async () => {
    // Playwright switches the cache off; and its goBack() waits for a load that a restored page does not have.
    const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    try {
      const page = await browser.newPage()
      await page.goto(`${stage.collector.url}/a`)
      await expectNavigations('navigate')
      // Chromium does not cache a page that holds a lock, as ours does for the moment of its flush.
      await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0)
      await page.goto(`${stage.collector.url}/b`)
      await expectNavigations('navigate', 'navigate')
      await page.evaluate(() => history.back()).catch(() => {})
      await expectNavigations('navigate', 'navigate', 'back-forward-cache')
      await expectViews('/a', '/b', '/a')
    } finally {
      await browser.close()
    }
  })

  // Headless Chromium prerenders nothing: what the page would say is said for it.
  test('edge 16: prerendered, once it is activated', async () => {
    await stage.context.addInitScript(() => {
      let isPrerendering = true
      Object.defineProperty(document, 'prerendering', { get: () => isPrerendering })
      Object.defineProperty(document, 'hidden', { get: () => isPrerendering })
      Object.assign(globalThis, {
        activate() {
          isPrerendering = false
          document.dispatchEvent(new Event('visibilitychange'))
        },
      })
    })
    const page = await open('/a')
    await wait(500)
    expect(stage.collector.requests).toEqual([])
    await page.evaluate(() => (globalThis as unknown as { activate(): void }).activate())
    await expectNavigations('prerender')
  })

  test('edge 19: reloaded after the browser had discarded its tab', async () => {
    await stage.context.addInitScript(() => Object.defineProperty(document, 'wasDiscarded', { value: true }))
    await open('/a')
    await expectNavigations('restore')
  })
})

test('edge 13: a route by the Navigation API is one view, and so is one that the history makes', async () => {
  stage.body = `<script>
    navigation.addEventListener('navigate', (event) => {
      if (event.canIntercept && !event.hashChange) event.intercept({ handler: async () => void (document.title = new URL(event.destination.url).pathname) })
    })
  </script><a href="/by-link">link</a>`
  const page = await openSettled('/a')
  await page.evaluate(() => (globalThis as unknown as { navigation: { navigate(url: string): void } }).navigation.navigate('/by-api'))
  await expectViews('/a', '/by-api')
  await page.click('a')
  await expectViews('/a', '/by-api', '/by-link')
  await page.evaluate(() => history.pushState(null, '', '/by-push'))
  await expectViews('/a', '/by-api', '/by-link', '/by-push')
  await page.evaluate(() => history.back())
  await expectViews('/a', '/by-api', '/by-link', '/by-push', '/by-link')
  expect(stage.hits('pageview').map(({ title }) => title)).toEqual(['/a', '/by-api', '/by-link', '/by-push', '/by-link'])
  // No page was loaded but the first.
  expect(stage.collector.visited.filter((path) => path.startsWith('/by'))).toEqual([])
  expect(stage.observed.errors).toEqual([])
})

describe('fields', () => {
  test('screen and time zone are on every hit, and that a program drives the browser', async () => {
    const page = await open()
    await trackEnd(page)
    await expect.poll(() => stage.hits('pageview', 'event').length).toBe(2)
    for (const hit of stage.hits())
      expect(hit).toMatchObject({ screen: '1234x567', timezone: 'Asia/Tokyo', webdriver: true })
  })

  test('t.js says nothing of them', async () => {
    stage.head = tagOf('t')
    const page = await open()
    await trackEnd(page)
    await expect.poll(() => stage.hits('pageview', 'event').length).toBe(2)
    for (const hit of stage.hits()) for (const name of ['screen', 'language', 'timezone', 'navigation', 'session']) expect(hit).not.toHaveProperty(name)
  })

  test('data-session: one id for a tab, over reloads, and another for another tab', async () => {
    stage.head = tagOf('t.full', 'data-session="1"')
    const page = await openSettled()
    await page.reload()
    await expectViews('/start', '/start')
    await open('/other')
    await expectViews('/start', '/start', '/other')
    const [first, reloaded, other] = stage.hits('pageview').map(({ session }) => session)
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(reloaded).toBe(first)
    expect(other).not.toBe(first)
  })

  test('without data-session there is none, and nothing on the device but the queue', async () => {
    const page = await openSettled()
    expect(stage.hits('pageview')[0]).not.toHaveProperty('session')
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, ''])
  })

  test('identify: a token goes with each hit from then on', async () => {
    const page = await openSettled()
    await page.evaluate(() => (globalThis.treadlight as Tracker).identify('ann.token'))
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
    expect(stage.hits('pageview', 'event').map(({ user }) => user)).toEqual([undefined, 'ann.token'])
  })
})

describe('data-before-send', () => {
  test('changes hits and drops them, also where it throws', async () => {
    // Defined after the tag, which looks for it only when a hit is made.
    stage.head = `${tagOf('t.full', 'data-before-send="change"')}<script>
      function change(hit) {
        if (hit.name === 'drop') return
        if (hit.name === 'throw') throw new Error('of the page')
        return { ...hit, url: hit.url.replace('secret', 'hidden'), title: hit.title?.replace('secret', 'hidden'), props: { ...hit.props, seen: true } }
      }
    </script>`
    const page = await open('/secret')
    await page.evaluate(() => {
      const tracker = globalThis.treadlight as Tracker
      tracker.track('drop')
      tracker.track('throw')
      tracker.track('keep', { plan: 'pro' })
    })
    await trackEnd(page)
    await stage.expectEvents(['keep', { plan: 'pro', seen: true }], ['end', { seen: true }])
    await expectViews('/hidden')
    expect(JSON.stringify(stage.collector.arrivals)).not.toContain('secret')
    expect(stage.observed.errors).toEqual([])
    expect(stage.printed).toEqual([])
  })

  test('a function that is not there drops everything, for who names one has something to hide', async () => {
    stage.head = tagOf('t.full', 'data-before-send="missing"')
    const page = await open()
    await trackEnd(page)
    await wait(500)
    expect(stage.collector.requests).toEqual([])
    expect(stage.observed.errors).toEqual([])
  })
})
