// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closePage, openPage, openTracker } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

const event = { type: 'event', name: 'Form: Submission', props: { path: '/start' } }
const cases: [name: string, html: string, events: object[]][] = [
  ['a form', '<form></form>', [event]],
  ['one with method get', '<form method="get"></form>', [event]],
  ['one that is not valid', '<form><input required></form>', []],
  ['one that is not valid, and may be', '<form novalidate><input required></form>', [event]],
]
test.each(cases)('%s', async (_, html, events) => {
  const { collector } = await openTracker(({ forms }) => [forms()])
  document.body.innerHTML = html
  const form = document.querySelector('form')!
  form.addEventListener('submit', (event) => event.preventDefault())
  form.requestSubmit()
  expect(collector.sent().map(({ type, name, props }) => ({ type, name, props }))).toEqual(events)
})

test('what was filled in stays in the page', async () => {
  const { collector } = await openTracker(({ forms }) => [forms()])
  document.body.innerHTML = '<form action="/buy?secret=1"><input name="card" value="4111"></form>'
  const form = document.querySelector('form')!
  form.addEventListener('submit', (event) => event.preventDefault())
  form.requestSubmit()
  expect(JSON.stringify(collector.sent())).not.toMatch(/4111|secret|card/)
})
