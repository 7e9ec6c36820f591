import { titleOf, type Answer, type TitleExtractor } from '@treadlight/server'
import { expect, test } from 'vitest'

const request = new Request('https://shop.example/')

function answer(given: Partial<Answer> & { header?: string }): Answer {
  return { status: 200, headers: new Headers(given.header === undefined ? {} : { 'x-title': given.header }), ...given }
}

test.each<[why: string, expected: string | undefined, given: Parameters<typeof answer>[0]]>([
  ['M122: of the locals', 'Ctx', { locals: { title: 'Ctx' } }],
  ['M123: of the header', 'View title', { locals: {}, header: 'View title' }],
  ['M124: of both, the locals first', 'Ctx', { locals: { title: 'Ctx' }, header: 'View title', html: '<title>HTML</title>' }],
  ['M125: of nothing', undefined, {}],
  ['M126: empty is one', '', { locals: { title: '' }, html: '<title>HTML</title>' }],
  ['what is no text is none', 'HTML', { locals: { title: { en: 'x' } }, html: '<title>HTML</title>' }],
  ['set by hand', 'Set', { title: 'Set', locals: { title: 'Ctx' } }],
  ['a header beyond Latin-1', 'Größe – ✓', { header: encodeURIComponent('Größe – ✓') }],
  ['a header with a lone per cent', '100% wool', { header: '100% wool' }],
  ['of HTML, with attributes, entities and lines', 'Tom & "Jerry" — <3 ✓', { html: '<!doctype html><head><TITLE data-x="1">\n  Tom &amp;\t&quot;Jerry&#34; &#8212; &lt;3 &#x2713;\n</TITLE>' }],
  ['entities are decoded once', '&lt;', { html: '<title>&amp;lt;</title>' }],
  ['what is no entity stays', '&nope; &#99999999; &#x110000;', { html: '<title>&nope; &#99999999; &#x110000;</title>' }],
  ['a title without an end', undefined, { html: '<title>Half' }],
  ['another element', undefined, { html: '<titles>x</titles>' }],
  ['longer than any', 'x'.repeat(512), { html: `<title>${'x'.repeat(2000)}</title>` }],
])('SS27: %s', (_, expected, given) => {
  expect(titleOf(answer(given), request)).toBe(expected)
})

test('SS27: a list of one’s own; who throws has found none', () => {
  const broken: TitleExtractor = () => {
    throw new Error('no such attribute')
  }
  expect(titleOf(answer({ locals: { heading: 'Cart' } }), request, [broken, () => null, ({ locals }) => String(locals?.['heading'])])).toBe('Cart')
})

test.each(['<title '.repeat(10_000), '<title>'.repeat(10_000), `<title>${'<'.repeat(65_000)}`, `<title>${'&#'.repeat(30_000)}`])('SS27: a hostile page is read in one go', (html) => {
  expect(titleOf(answer({ html }), request)).toBeUndefined()
})
