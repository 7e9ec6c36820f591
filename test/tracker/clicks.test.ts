// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closePage, openPage, openTracker } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

/** Clicks on the element with the id `target`, and says what was counted. */
async function click(html: string, find: () => EventTarget = () => document.querySelector('#target')!) {
  const { collector } = await openTracker(({ clicks }) => [clicks()])
  document.body.innerHTML = html
  find().dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true }))
  return collector.sent().map(({ type, name, props }) => ({ type, name, props }))
}
const signup = [{ type: 'event', name: 'signup', props: {} }]

const cases: [name: string, html: string, events: object[]][] = [
  ['a button', '<button data-track="signup" id="target">', signup],
  ['an element within it', '<button data-track="signup"><b><i id="target"></i></b></button>', signup],
  ['its properties', '<button id="target" class="big" data-track="signup" data-track-plan="pro" data-track-plan-name="x" data-tracker="y">', [{ type: 'event', name: 'signup', props: { plan: 'pro', 'plan-name': 'x' } }]],
  ['edge 36: an SVG', '<svg data-track="signup"><path id="target"/></svg>', signup],
  ['the innermost counts, alone', '<div data-track="outer"><p data-track="signup" id="target"></p></div>', signup],
  ['an empty name is none', '<div data-track="signup"><p data-track="" id="target"></p></div>', signup],
  ['elements without are not counted', '<button id="target" data-other="signup">', []],
]
test.each(cases)('%s', async (_, html, events) => {
  expect(await click(html)).toEqual(events)
})

describe('edge 36', () => {
  test('an element within a shadow tree', async () => {
    const find = () => {
      const root = document.querySelector('#host')!.attachShadow({ mode: 'open' })
      root.innerHTML = '<button data-track="signup"><i></i></button>'
      return root.querySelector('i')!
    }
    expect(await click('<div id="host"></div>', find)).toEqual(signup)
  })

  test.each([
    ['the document', () => document],
    ['the window', () => window],
    ['a text', () => document.body.appendChild(document.createTextNode('x'))],
  ])('a target that is no element throws nothing: %s', async (_, find) => {
    expect(await click('', find)).toEqual([])
  })
})

test('a page that stops clicks on their way does not stop the count', async () => {
  const { collector } = await openTracker(({ clicks }) => [clicks()])
  document.body.innerHTML = '<button data-track="signup">'
  const button = document.querySelector('button')!
  button.addEventListener('click', (event) => event.stopImmediatePropagation(), true)
  button.click()
  expect(collector.sent()).toMatchObject(signup)
})
