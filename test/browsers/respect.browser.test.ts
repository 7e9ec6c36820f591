import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage, tagOf, trackEnd, type Tracker } from './stage.ts'

// Whom the tracker leaves alone, in real Chromium: nothing at all may arrive of them.

const stage = setStage()
const { open } = stage

const viewPaths = () => stage.hits('pageview').map(({ url }) => url.slice(stage.collector.url.length))

/** Longer than a view waits for its title, after a call that would have been counted. */
async function expectSilence(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tracker = globalThis.treadlight as Tracker
    tracker.track('unheard')
    tracker.pageview()
    tracker.push(({ track }) => track('unheard'))
  })
  await wait(700)
  expect(stage.collector.requests).toEqual([])
  expect(stage.observed.errors).toEqual([])
}

async function setSignal(name: 'globalPrivacyControl' | 'doNotTrack', value: unknown): Promise<void> {
  await stage.context.addInitScript(([name, value]) => Object.defineProperty(navigator, name as string, { value }), [name, value] as const)
}

describe.each(['t', 't.full'])('%s.js', (name) => {
  const tag = (attributes = '') => `<script defer src="/${name}.js" ${attributes}></script>`

  test('edge 22: a page on this machine is ignored, which the console says once', async () => {
    stage.head = tag() + tag()
    await expectSilence(await open())
    expect(stage.printed).toEqual(['info: treadlight: localhost'])
  })

  test('edge 20: a page in a frame is ignored unless that is allowed', async () => {
    stage.head = ''
    stage.body = '<iframe src="/framed"></iframe>'
    stage.answers['/framed'] = `<!doctype html><title>/framed</title>${tagOf(name as 't')}`
    await open('/host')
    await wait(700)
    expect(stage.collector.requests).toEqual([])
    stage.answers['/framed'] = `<!doctype html><title>/framed</title>${tag('data-ignore="gpc"')}`
    await open('/host')
    await expect.poll(viewPaths).toEqual(['/framed'])
    expect(stage.printed).toEqual([])
  })

  test('edge 44: Global Privacy Control and Do Not Track, where the site says so', async () => {
    await setSignal('globalPrivacyControl', true)
    await setSignal('doNotTrack', '1')
    for (const ignore of ['gpc', 'dnt', 'gpc dnt']) {
      stage.head = tag(`data-ignore="${ignore}"`)
      await expectSilence(await open(`/${ignore.replace(' ', '-')}`))
    }
    stage.head = tag('data-ignore=""')
    await open('/counted')
    await expect.poll(viewPaths).toEqual(['/counted'])
    expect(stage.printed).toEqual([])
  })

  test('who sends no signal is counted', async () => {
    stage.head = tag('data-ignore="gpc dnt"')
    await open()
    await expect.poll(viewPaths).toEqual(['/start'])
  })

  test('opt-out survives a reload and other pages', async () => {
    stage.head = tagOf(name as 't')
    const page = await open()
    await expect.poll(viewPaths).toEqual(['/start'])
    await page.evaluate(() => (globalThis.treadlight as Tracker).optOut())
    stage.collector.requests.length = 0
    await expectSilence(page)
    await page.reload()
    await expectSilence(page)
    await expectSilence(await open('/other'))
  })

  test('who opts out before the first view has left is not counted', async () => {
    stage.head = `<script>(window.treadlight ||= []).push((t) => t.optOut())</script>${tagOf(name as 't')}`
    await expectSilence(await open())
  })

  test('opt-out is remembered also after stop', async () => {
    stage.head = tagOf(name as 't')
    const page = await open()
    await expect.poll(viewPaths).toEqual(['/start'])
    await page.evaluate(() => {
      const tracker = globalThis.treadlight as Tracker
      tracker.stop()
      tracker.optOut()
    })
    stage.collector.requests.length = 0
    await page.reload()
    await expectSilence(page)
  })

  test('stop: nothing more is counted', async () => {
    stage.head = tagOf(name as 't')
    const page = await open()
    await expect.poll(viewPaths).toEqual(['/start'])
    await page.evaluate(() => (globalThis.treadlight as Tracker).stop())
    stage.collector.requests.length = 0
    await page.evaluate(() => history.pushState(null, '', '/route'))
    await expectSilence(page)
  })
})

describe('consent', () => {
  const consent = (page: Page, given: { measurement?: boolean; forwarding?: boolean }) =>
    page.evaluate((given) => (globalThis.treadlight as Tracker).consent!(given), given)

  test('measurement: false stops counting until it is true', async () => {
    stage.head = tagOf('t.full')
    const page = await open('/a')
    await expect.poll(viewPaths).toEqual(['/a'])
    await consent(page, { measurement: false })
    stage.collector.requests.length = 0
    await page.evaluate(() => history.pushState(null, '', '/b'))
    await expectSilence(page)
    await consent(page, { measurement: true })
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
    // The page where the visitor agreed is a view.
    await expect.poll(viewPaths).toEqual(['/a', '/b'])
  })

  test('forwarding: false goes with each hit, whatever else is said', async () => {
    stage.head = tagOf('t.full')
    const page = await open('/a')
    await expect.poll(viewPaths).toEqual(['/a'])
    await consent(page, { forwarding: false })
    await consent(page, { measurement: true })
    await page.evaluate(() => (globalThis.treadlight as Tracker).track('kept'))
    await consent(page, { forwarding: true })
    await trackEnd(page)
    await stage.expectEvents(['kept', {}], ['end', {}])
    expect((stage.hits('pageview', 'event') as { forwarding?: boolean }[]).map(({ forwarding }) => forwarding)).toEqual([undefined, false, true])
  })

  test('denied before the script has loaded, nothing leaves the page', async () => {
    stage.head = `<script>(window.treadlight ||= []).push((t) => t.consent({ measurement: false }))</script>${tagOf('t.full')}`
    await expectSilence(await open())
  })

  test('the last word counts, also if it is pushed', async () => {
    stage.head = `<script>
        ;(window.treadlight ||= []).push((t) => t.consent({ measurement: false }))
        ;(window.treadlight ||= []).push((t) => t.consent({ measurement: true }))
      </script>${tagOf('t.full')}`
    const page = await open()
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
    await expect.poll(viewPaths).toEqual(['/start'])
  })
})
