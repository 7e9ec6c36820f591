import { describe, expect, test } from 'vitest'
import { enrichHit } from './enrichHit.ts'

const attributionOf = (query: string) => {
  const { source, medium, campaign, term, content, clickIds } = enrichHit({ url: `https://shop.example/${query}` }).hit
  return { source, medium, campaign, term, content, clickIds }
}

describe('PV11 term and content, cleaned as the others are', () => {
  test.each([
    ['?utm_term=%20Red%20Shoes%20&utm_content=Banner-A', 'red shoes', 'banner-a'],
    ['?utm_term=&utm_term=second', 'second', undefined],
    ['?utm_content=a%00b%0Ac', undefined, 'ab c'],
    ['?utm_term=%E2%80%AEevil', 'evil', undefined],
    ['?a=1&amp;utm_term=x', 'x', undefined],
    ['?UTM_TERM=x', undefined, undefined],
    ['#?utm_term=x', undefined, undefined],
    ['', undefined, undefined],
  ])('%s: %s, %s', (query, term, content) => {
    expect(attributionOf(query)).toMatchObject({ term, content })
  })

  test('each is cut to 200 characters', () => {
    expect(attributionOf(`?utm_term=${'x'.repeat(300)}&utm_content=${'😀'.repeat(300)}`)).toMatchObject({
      term: 'x'.repeat(200),
      content: '😀'.repeat(200),
    })
  })
})

describe('PV12 click ids are kept as they were, and only the table’s decide', () => {
  test.each([
    ['?gclid=Cj0KCQ', { gclid: 'Cj0KCQ' }, 'google', 'cpc'],
    ['?gbraid=0AAAAA', { gbraid: '0AAAAA' }, '', ''],
    ['?wbraid=Ck8', { wbraid: 'Ck8' }, '', ''],
    ['?dclid=CPz', { dclid: 'CPz' }, '', ''],
    ['?fbclid=IwAR0', { fbclid: 'IwAR0' }, 'facebook', 'social'],
    ['?msclkid=1f2e', { msclkid: '1f2e' }, 'bing', 'cpc'],
    ['?ttclid=E.C.P', { ttclid: 'E.C.P' }, 'tiktok', 'cpc'],
    ['?twclid=2-4x', { twclid: '2-4x' }, 'twitter', 'cpc'],
    ['?li_fat_id=9a-b', { li_fat_id: '9a-b' }, '', ''],
    ['?mc_cid=3f', { mc_cid: '3f' }, '', ''],
    ['?igshid=MzRl', { igshid: 'MzRl' }, '', ''],
    ['?fbclid=a&gclid=b', { gclid: 'b', fbclid: 'a' }, 'google', 'cpc'],
    ['?gclid=%20A%00b%20', { gclid: 'Ab' }, 'google', 'cpc'],
    ['?gclid=&gclid', undefined, '', ''],
    ['?gclid=&gclid=second', { gclid: 'second' }, 'google', 'cpc'],
    ['?__proto__=x&gclid=y', { gclid: 'y' }, 'google', 'cpc'],
  ])('%s', (query, clickIds, source, medium) => {
    expect(attributionOf(query)).toMatchObject({ clickIds, source, medium })
  })

  test('one is cut to 500 characters', () => {
    expect(attributionOf(`?dclid=${'x'.repeat(600)}`).clickIds).toEqual({ dclid: 'x'.repeat(500) })
  })
})

test('a hit that says nothing has none of the fields', () => {
  const { hit } = enrichHit({ url: 'https://shop.example/?color=red' })
  expect(Object.keys(hit).filter((field) => ['term', 'content', 'clickIds', 'channel'].includes(field))).toEqual([])
})

test('input 25: of 10,000 parameters the first of a name counts, and brackets and bad percents are plain text', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `utm_source=s${index}`).join('&')
  expect(attributionOf(`?utm_source[]=x&%zz=1&${many}`)).toMatchObject({ source: 's0' })
})
