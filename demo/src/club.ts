import { createTracking, type Tracking, type Visit } from '@treadlight/server'
import { toRequest, trackRequests } from '@treadlight/server/express'
import { createOutboxSender } from '@treadlight/server/outbox'
import express, { type Express, type Response } from 'express'
import { randomBytes } from 'node:crypto'
import { joined, markup, pageHeaders, panelTag, type Markup } from './page.ts'
import { createServerHits } from './serverHits.ts'

export const clubPath = '/demo/club'

/** What an app of its own would have in its environment. */
export interface ClubOptions {
  /** URL of the collector. */
  collector: string
  /** Of `treadlight token create --name club --scope hits`. */
  token: string
  /** One of the collector's `userSecrets`. */
  userSecret: string | undefined
  /** Where hits wait until the collector has them. */
  folder: string
}

/** Somebody else's Express app, tracked from the server: middleware, a notice of cookies, an ignore list and a queue. */
export interface Club {
  app: Express
  tracking: Tracking
}

const walks = [
  { name: 'harbour', title: 'Round the harbour', text: 'Four level kilometres, two bridges and a kiosk that sells herring.' },
  { name: 'quarry', title: 'To the old quarry', text: 'Uphill through larches to a lake that is colder than it looks.' },
] as const

/** Makes the club. Its tracking is settled in one place; the routes know nothing of it but the page's tag and one event. */
export function createClub({ collector, token, userSecret, folder }: ClubOptions): Club {
  const serverHits = createServerHits()
  const tracking = createTracking({
    collector,
    // Looked on at for the panel; without that it would be the sender alone.
    sender: serverHits.watch(createOutboxSender({ collector, token, folder, flushAfter: 2000, fetch: serverHits.fetch })),
    // The ignore list: what the club's own people look at is nobody's visit.
    exclude: [`${clubPath}/back-office`, `${clubPath}/hits`],
    // A cookie, until the browser is closed; for longer with consent only.
    visitor: 'session',
    // As long as this process: an id of the last one is not recognised.
    secret: randomBytes(32).toString('hex'),
    ...(userSecret !== undefined && { userSecret }),
    tag: { attributes: { 'data-ignore': 'iframe' } },
  })

  const app = express().disable('x-powered-by')
  app.use(trackRequests(tracking))
  app.use((_, response, next) => {
    const policy = pageHeaders['content-security-policy']
    response.set({ ...pageHeaders, 'content-security-policy': `${policy}; script-src 'self' ${collector}; connect-src 'self' ${collector}` })
    next()
  })
  app.get(`${clubPath}/`, (_, response) =>
    answer(response, 'The Slow Club', markup`
      <p class="eyebrow">Walks on Sundays</p>
      <h1>We are in no hurry</h1>
      <p class="lead">The club walks twice a month. Nobody is left behind, and nobody is timed.</p>
      ${joined(walks.map(({ name, title, text }) => markup`
      <a class="card" href="${clubPath}/walks/${name}"><strong>${title}</strong><span>${text}</span></a>`))}
      <form method="post" action="${clubPath}/join"><button class="button">Join the club</button></form>`),
  )
  app.get(`${clubPath}/walks/:name`, (request, response, next) => {
    const walk = walks.find(({ name }) => name === request.params.name)
    if (!walk) return next()
    return answer(response, walk.title, markup`
      <p class="eyebrow"><a href="${clubPath}/">The Slow Club</a></p>
      <article class="prose"><h1>${walk.title}</h1><p class="lead">${walk.text}</p></article>`)
  })
  app.post(`${clubPath}/join`, (_, response) => {
    visitOf(response)?.track('join', { club: 'slow' })
    response.redirect(303, `${clubPath}/welcome`)
  })
  app.get(`${clubPath}/welcome`, (_, response) =>
    answer(response, 'Welcome', markup`
      <h1>You are a member</h1>
      <p class="lead">The server has counted that as an event, <code>join</code>. <a href="${clubPath}/">On we go</a></p>`),
  )
  app.get(`${clubPath}/hits`, (request, response) => {
    response.set('cache-control', 'no-store').json(serverHits.ofView(String(request.query['view'])))
  })
  app.get(`${clubPath}/back-office`, (_, response) =>
    answer(response, 'Back office', markup`<h1>Back office</h1><p class="lead">This page is on the ignore list: it is not counted.</p>`),
  )
  // What a visitor answers to the notice.
  app.post(`${clubPath}/consent/:choice`, (request, response) => {
    const { choice } = request.params
    if (choice === 'accept' || choice === 'refuse') response.append('set-cookie', tracking.consentCookies(choice, toRequest(request)))
    response.redirect(303, `${clubPath}/`)
  })
  app.use((_, response) =>
    answer(response.status(404), 'Not found', markup`<h1>Nothing here</h1><p><a class="button" href="${clubPath}/">To the club</a></p>`),
  )
  return { app, tracking }
}

function visitOf(response: Response): Visit | undefined {
  return response.locals['treadlight'] as Visit | undefined
}

async function answer(response: Response, title: string, main: Markup): Promise<void> {
  const visit = visitOf(response)
  const notice = visit?.consentNotice() ? renderNotice() : markup``
  const tag = (await visit?.tag()) ?? ''
  response.type('html').send(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="/demo/icon.svg">
    <link rel="stylesheet" href="/demo/demo.css">
    ${panelTag.value}
    ${tag}
  </head>
  <body>
    <header class="bar">
      <a class="brand" href="${clubPath}/">The Slow Club</a>
      <nav><a href="${clubPath}/back-office">Back office</a> <a href="/demo/">Demo</a> <a href="/dashboard/">Dashboard</a></nav>
    </header>
    <main class="column">${notice.value}${main.value}
    </main>
    <footer class="foot">An Express app: its server counts the views, and the script adds what only a browser knows.</footer>
  </body>
</html>
`)
}

function renderNotice(): Markup {
  return markup`
      <aside class="notice" aria-label="Cookies">
        <p>The Slow Club tells its visitors apart by a cookie until you close the browser. May it stay for longer?</p>
        <form method="post" action="${clubPath}/consent/accept"><button class="button">It may</button></form>
        <form method="post" action="${clubPath}/consent/refuse"><button class="button">No cookie at all</button></form>
      </aside>`
}
