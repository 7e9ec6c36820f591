import type { H3Event, HTTPResponse } from 'h3'
import { joined, markup, renderPage, type Markup } from './page.ts'

export const journalPath = '/demo/pages/'

interface Article {
  name: string
  title: string
  summary: string
  paragraphs: readonly string[]
}

const articles: readonly Article[] = [
  {
    name: 'canal-at-dawn',
    title: 'Along the canal at dawn',
    summary: 'Eleven flat kilometres, four locks and a heron that was there first.',
    paragraphs: [
      'The towpath is at its best before seven, when the mist is still on the water and the only traffic is a heron that gives way to nobody.',
      'Four locks set the rhythm. At each the path climbs a little, just enough to notice the gear you should have chosen, and then runs level again for as long as you like.',
      'There is a bakery at the third lock. It opens at half past six, and it is the reason for the timetable.',
    ],
  },
  {
    name: 'over-the-ridge',
    title: 'Over the ridge in one day',
    summary: 'A steep morning, a long view and soup at the top.',
    paragraphs: [
      'The ridge looks like an afternoon’s walk from the station. It is not, and the map says so to anyone who counts its lines.',
      'Start slowly: the first hour climbs through beech woods and there is nothing to hurry for. Above the trees the path turns stony, and boots begin to earn their keep.',
      'From the top both valleys lie open. The hut serves one soup and does not say which.',
    ],
  },
]

/** The articles, or those that `?q=` finds. */
export function showJournal(event: H3Event): HTTPResponse {
  const wanted = event.url.searchParams.get('q')?.trim() ?? ''
  const found = articles.filter(({ title, summary }) => `${title} ${summary}`.toLowerCase().includes(wanted.toLowerCase()))
  return renderPage(wanted === '' ? 'Journal' : `Search for ${wanted}`, markup`
      <p class="eyebrow">Journal</p>
      <h1>Notes from slow journeys</h1>
      <form class="search" role="search">
        <input type="search" name="q" value="${wanted}" placeholder="heron, soup …" aria-label="Search the journal">
        <button class="button">Search</button>
      </form>
      ${found.length > 0 ? joined(found.map(renderTeaser)) : markup`<p class="lead">Nothing was written about “${wanted}”.</p>`}`)
}

/** Nothing where there is no such article. */
export function showArticle(event: H3Event): HTTPResponse | undefined {
  const at = articles.findIndex(({ name }) => name === event.context.params?.['name'])
  const article = articles[at]
  if (!article) return undefined
  const next = articles[(at + 1) % articles.length]!
  return renderPage(article.title, markup`
      <p class="eyebrow"><a href="${journalPath}">Journal</a></p>
      <article class="prose">
        <h1>${article.title}</h1>
        <p class="lead">${article.summary}</p>
        ${joined(article.paragraphs.map((paragraph) => markup`<p>${paragraph}</p>`))}
      </article>
      <p class="eyebrow">Read on</p>
      ${renderTeaser(next)}`)
}

function renderTeaser({ name, title, summary }: Article): Markup {
  return markup`
      <a class="card" href="${journalPath}${name}"><strong>${title}</strong><span>${summary}</span></a>`
}
