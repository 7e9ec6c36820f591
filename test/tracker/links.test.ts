// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { Part } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, define, openPage, openTracker, type TrackerModule } from './openTracker.ts'

let leaving: AbortController
/** Whether the tracker had prevented the last click. */
let wasPrevented: boolean | undefined

beforeEach(() => {
  openPage()
  leaving = new AbortController()
  wasPrevented = undefined
  // jsdom cannot navigate.
  const stay = (event: Event) => ((wasPrevented = event.defaultPrevented), event.preventDefault())
  for (const type of ['click', 'auxclick']) document.addEventListener(type, stay, { signal: leaving.signal })
})
afterEach(() => {
  leaving.abort()
  closePage()
})

interface ClickOptions {
  use?: (tracker: TrackerModule) => Part[]
  event?: Event
  prepare?: (target: Element) => void
}

/** Clicks on the element with the id `target`, and says what was counted. */
async function click(html: string, { use = ({ links }) => [links()], event = mouse('click'), prepare }: ClickOptions = {}) {
  const { collector } = await openTracker(use)
  document.body.innerHTML = html
  const target = document.querySelector('#target')!
  prepare?.(target)
  target.dispatchEvent(event)
  return collector.sent().map(({ name, props }) => [name, props?.['url']])
}

function mouse(type: string, init: MouseEventInit = {}): MouseEvent {
  return new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, ...init })
}

const outbound = (url: string) => [['Outbound Link: Click', url]]
const download = (url: string) => [['File Download', url]]

const cases: [name: string, html: string, events: unknown[]][] = [
  ['a link to another host', '<a id="target" href="https://other.example/x">', outbound('https://other.example/x')],
  ['to another port of this one', '<a id="target" href="http://localhost:4000/x">', outbound('http://localhost:4000/x')],
  ['without query and fragment, which may hold secrets', '<a id="target" href="https://other.example/x?token=1#y">', outbound('https://other.example/x')],
  ['without user and password', '<a id="target" href="https://me:secret@other.example/x">', outbound('https://other.example/x')],
  ['relative to the protocol', '<a id="target" href="//other.example/x">', outbound('http://other.example/x')],
  ['an element within it', '<a href="https://other.example/x"><b><img id="target"></b></a>', outbound('https://other.example/x')],
  ['in a new tab', '<a id="target" target="_blank" href="https://other.example/x">', outbound('https://other.example/x')],
  ['a link within the site', '<a id="target" href="/x">', []],
  ['an anchor', '<a id="target" href="#x">', []],
  ['no link', '<b id="target">', []],
  ['a link without address', '<a id="target">', []],
  ['mailto:', '<a id="target" href="mailto:me@other.example">', []],
  ['tel:', '<a id="target" href="tel:1">', []],
  ['javascript:', '<a id="target" href="javascript:void 0">', []],
  ['an address that is none', '<a id="target" href="https://:bad">', []],
  ['a file', '<a id="target" href="/report.pdf?v=1">', download('http://localhost:3000/report.pdf')],
  ['a file in capitals', '<a id="target" href="/REPORT.PDF">', download('http://localhost:3000/REPORT.PDF')],
  ['a file on another host is one event', '<a id="target" href="https://other.example/app.dmg">', download('https://other.example/app.dmg')],
  ['an .iso is none by default', '<a id="target" href="/linux.iso">', []],
  ['an ending in the query is none', '<a id="target" href="/x?file=a.pdf">', []],
]
test.each(cases)('%s', async (_, html, events) => {
  expect(await click(html)).toEqual(events)
})

test('which paths are files can be said', async () => {
  expect(await click('<a id="target" href="/linux.iso">', { use: ({ links }) => [links(/\.iso$/)] })).toEqual(download('http://localhost:3000/linux.iso'))
  expect(await click('<a id="target" href="/a.pdf">', { use: ({ links }) => [links(/\.iso$/)] })).toEqual([])
})

describe('edge 36', () => {
  /** What browsers have and jsdom has not: the `href` of SVG elements is an object. */
  const asSvg = (url: string) => (element: Element) => define(element, 'href', { baseVal: url, animVal: url })

  test('a link within SVG, whose href is an object', async () => {
    const html = '<svg><a id="target" href="https://other.example/x"></a></svg>'
    expect(await click(html, { prepare: asSvg('https://other.example/x') })).toEqual(outbound('https://other.example/x'))
  })

  test('one with the older xlink:href', async () => {
    const html = '<svg><a id="target" xlink:href="https://other.example/x"></a></svg>'
    expect(await click(html, { prepare: asSvg('https://other.example/x') })).toEqual(outbound('https://other.example/x'))
  })

  test('an icon of a sprite within a link: <use> has an href of its own', async () => {
    const html = '<a href="https://other.example/x"><svg><use id="target" href="#icon"/></svg></a>'
    expect(await click(html, { prepare: asSvg('#icon') })).toEqual(outbound('https://other.example/x'))
  })

  test('a link within a shadow tree', async () => {
    const { collector } = await openTracker(({ links }) => [links()])
    const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
    root.innerHTML = '<a href="https://other.example/x"><i></i></a>'
    root.querySelector('i')!.dispatchEvent(mouse('click'))
    expect(collector.sent()).toMatchObject([{ props: { url: 'https://other.example/x' } }])
  })
})

describe('edge 38: buttons and keys', () => {
  const events: [name: string, event: Event, count: number][] = [
    ['the middle button', mouse('auxclick', { button: 1 }), 1],
    ['the right button, which opens a menu', mouse('auxclick', { button: 2 }), 0],
    ['the back button of a mouse', mouse('auxclick', { button: 3 }), 0],
    ['with Ctrl', mouse('click', { ctrlKey: true }), 1],
    ['with Meta', mouse('click', { metaKey: true }), 1],
    ['with Shift', mouse('click', { shiftKey: true }), 1],
  ]
  test.each(events)('%s', async (_, event, count) => {
    expect(await click('<a id="target" href="https://other.example/x">', { event })).toHaveLength(count)
  })
})

test('edge 37: the click itself is left alone, and not waited for', async () => {
  await click('<a id="target" href="https://other.example/x">')
  expect(wasPrevented).toBe(false)
})

test('edge 37: neither is one that ends the page: the hit has left before the page’s own listener is called', async () => {
  const { collector } = await openTracker(({ links }) => [links()])
  document.body.innerHTML = '<a href="https://other.example/x">'
  const link = document.querySelector('a')!
  const counted = vi.fn(() => collector.requests.length)
  link.addEventListener('click', counted)
  link.dispatchEvent(mouse('click'))
  expect(counted).toHaveReturnedWith(1)
})

test('edge 38: a click that the page handles itself counts', async () => {
  const prepare = (link: Element) => link.addEventListener('click', (event) => (event.preventDefault(), event.stopPropagation()))
  expect(await click('<a id="target" href="https://other.example/x">', { prepare })).toEqual(outbound('https://other.example/x'))
})

test('a link with data-track counts as both', async () => {
  const names = await click('<a id="target" data-track="cta" href="https://other.example/x">', { use: ({ clicks, links }) => [clicks(), links()] })
  expect(names.map(([name]) => name).sort()).toEqual(['Outbound Link: Click', 'cta'])
})
