// @vitest-environment jsdom
import { createId, signUser } from '@treadlight/protocol'
import { trackerTag, type TrackerTagOptions } from '@treadlight/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const collector = 'https://stats.example'
const secret = 'a secret of the site, of 32 characters or more'
const apiToken = `tl_${'Ab-_9'.repeat(8)}abc`
const view = createId(Date.parse('2026-11-21T10:00:00.000Z'))

/** What a browser makes of a body. */
function parse(html: string): { elements: Element[]; attributes: Record<string, string>; text: string } {
  const body = document.createElement('body')
  body.innerHTML = html
  const elements = [...body.querySelectorAll('*')]
  return { elements, attributes: Object.fromEntries([...elements[0]!.attributes].map(({ name, value }) => [name, value])), text: body.textContent! }
}

describe('PV02 the script tag', () => {
  test('needs no more than the collector', () => {
    expect(trackerTag({ collector })).toBe('<script defer src="https://stats.example/t.server.js"></script>')
  })

  test('names view and user, and has the nonce', async () => {
    const token = await signUser({ user: 'ada' }, secret)
    expect(parse(trackerTag({ collector, view, token, nonce: 'r4nd0m' })).attributes).toEqual({
      defer: '',
      src: 'https://stats.example/t.server.js',
      nonce: 'r4nd0m',
      'data-view': view,
      'data-user': token,
    })
  })

  test('has more attributes as they are given', () => {
    const attributes = { 'data-ignore': '', 'data-heartbeat': '30', async: '', type: 'text/plain' }
    expect(parse(trackerTag({ collector, attributes })).attributes).toMatchObject(attributes)
  })
})

const addresses: [options: TrackerTagOptions, src: string, endpoint?: string][] = [
  [{ collector: new URL('http://127.0.0.1:3000/') }, 'http://127.0.0.1:3000/t.server.js'],
  [{ collector: 'https://stats.example/dashboard/?period=7d' }, 'https://stats.example/t.server.js'],
  [{ collector, script: '/t.server-abc.js' }, 'https://stats.example/t.server-abc.js'],
  [{ collector, script: 'https://shop.example/s.js?v=1&w=2' }, 'https://shop.example/s.js?v=1&w=2', 'https://stats.example/hit'],
  [{ collector, script: 'https://shop.example/s.js', attributes: { 'data-endpoint': '/collect' } }, 'https://shop.example/s.js', '/collect'],
]
test.each(addresses)('PV04 %j: loads %s, and sends to %s', (options, src, endpoint) => {
  const { attributes } = parse(trackerTag(options))
  expect([attributes['src'], attributes['data-endpoint']]).toEqual([src, endpoint])
})

const mistakes: [options: Partial<TrackerTagOptions>, message: RegExp][] = [
  [{ collector: 'stats.example' }, /collector must be an http or https URL, such as/],
  [{ collector: '/stats' }, /collector must be/],
  [{ collector: 'javascript:alert(1)' }, /collector must be/],
  [{ script: 'data:text/javascript,alert(1)' }, /script must be/],
  [{ view: 'abc' }, /view must be the id of a hit/],
  [{ view: view.toUpperCase() }, /view must be/],
  [{ view: '' }, /view must be/],
  [{ attributes: { src: 'https://evil.example/x.js' } }, /attributes cannot have src/],
  [{ attributes: { nonce: 'x' } }, /attributes cannot have nonce/],
  [{ attributes: { 'data-view': view } }, /attributes cannot have data-view/],
  [{ attributes: { onload: 'alert(1)' } }, /attributes cannot have onload/],
  [{ attributes: { SRC: 'x' } }, /names of attributes must be/],
  [{ attributes: { 'a b': 'x' } }, /names of attributes must be/],
  [{ attributes: { '': 'x' } }, /names of attributes must be/],
]
test.each(mistakes)('%j is refused by name', (options, message) => {
  expect(() => trackerTag({ collector, ...options })).toThrow(message)
})

describe('SS34 no credentials in the page', () => {
  const leaks: [options: Partial<TrackerTagOptions>, leaked: string][] = [
    [{ token: secret }, secret],
    [{ token: apiToken }, apiToken],
    [{ collector: 'https://name:hunter2@stats.example' }, 'hunter2'],
    [{ script: 'https://name:hunter2@stats.example/s.js' }, 'hunter2'],
    [{ script: `/s.js?token=${apiToken}` }, apiToken],
    [{ attributes: { 'data-token': apiToken } }, apiToken],
  ]
  test.each(leaks)('%j is refused, and the error does not repeat it', (options, leaked) => {
    let message = ''
    expect(() => {
      try {
        return trackerTag({ collector, ...options })
      } catch (error) {
        message = String(error)
        throw error
      }
    }).toThrow(TypeError)
    expect(message).not.toContain(leaked)
  })

  test('a signed token tells who, not by which secret', async () => {
    const tag = trackerTag({ collector: `https://stats.example/?token=${apiToken}`, view, token: await signUser({ user: 'ada' }, secret) })
    expect(tag).not.toContain(secret)
    expect(tag).not.toContain(Buffer.from(secret).toString('base64url'))
    expect(tag).not.toContain(apiToken)
  })
})

test('whatever values are given, it is one element with these attributes and nothing beside it', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('"', "'", '<', '>', '&', '&quot;', '</script>', '<!--', '-->', ' onload=x ', '\r', '\n', '\0', '\u2028', '`', '=', '/'), { maxLength: 6 }).map((list) => list.join('')),
  )
  const name = fc.stringMatching(/^data-[a-z][a-z\d-]{0,8}$/).filter((name) => !['data-view', 'data-user', 'data-endpoint'].includes(name))
  fc.assert(
    fc.property(value, fc.dictionary(name, value), (nonce, attributes) => {
      const { elements, attributes: parsed, text } = parse(trackerTag({ collector, nonce, attributes }))
      expect(elements.map(({ tagName }) => tagName)).toEqual(['SCRIPT'])
      expect(text).toBe('')
      const expected = { defer: '', src: `${collector}/t.server.js`, nonce, ...attributes }
      // Parsers replace it in any case.
      expect(parsed).toEqual(Object.fromEntries(Object.entries(expected).map(([name, text]) => [name, text.replaceAll('\0', '\uFFFD')])))
    }),
    { numRuns: 300 },
  )
})

test('whatever names and URLs are given, it is refused or one script', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (name, path, token) => {
      try {
        const { elements, attributes } = parse(trackerTag({ collector, script: path, token: token || undefined, attributes: { [name]: 'x' } }))
        expect(elements).toHaveLength(1)
        expect(Object.keys(attributes).filter((name) => name.startsWith('on'))).toEqual([])
        expect(attributes['src']).toMatch(/^https?:/)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
      }
    }),
  )
})
