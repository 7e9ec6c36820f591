import { answerHeader, signUser } from '@treadlight/protocol'
import { redirect, type EventHandler, type H3 } from 'h3'
import { journalPath, showArticle, showJournal } from './journal.ts'
import { markup, pageHeaders, renderPage, tags } from './page.ts'
import { readPublicFiles, type PublicFile } from './publicFiles.ts'

/** Who can log in here: whoever asks for it, so these are the only two. */
const members = ['anna', 'ben']

/**
 * A shop, a notes app and a server-rendered journal to click through while the dashboard is watched.
 * @param userSecret one of the collector's `userSecrets`; without it nobody can log in
 */
export function addDemoRoutes(app: H3, userSecret?: string): void {
  const files = readPublicFiles()
  for (const [path, file] of files) app.get(path, onlyAt(path, () => serveFile(file)))

  // The shop routes by history: whatever it makes of a path, the answer is its shell.
  app.get('/demo/shop/**', () => serveFile(files.get('/demo/shop/')!))

  app.get(journalPath, onlyAt(journalPath, showJournal))
  app.get(`${journalPath}:name`, (event) => showArticle(event) ?? showMissing(event))
  for (const name of members) app.post(`/demo/token/${name}`, () => signIn(name, userSecret))
  app.post('/demo/broken/busy', () => new Response(null, { status: 503, headers: { ...brokenHeaders, [answerHeader]: String(Date.now()), 'retry-after': '3' } }))
  app.post('/demo/broken/portal', () => new Response('<title>Welcome to our network</title>', { headers: { ...brokenHeaders, 'content-type': 'text/html' } }))
  app.get('/demo/**', showMissing)
}

const brokenHeaders = { 'cache-control': 'no-store' }

async function signIn(name: string, secret: string | undefined): Promise<Response> {
  if (secret === undefined) return Response.json({ error: 'The setting userSecrets has none' }, { status: 404 })
  return Response.json({ token: await signUser({ user: `demo-${name}` }, secret) }, { headers: brokenHeaders })
}

/** The router takes `/demo` for `/demo/`. Sent on, a page has one path in the dashboard too. */
function onlyAt(path: string, handler: EventHandler): EventHandler {
  return (event) => (event.url.pathname === path ? handler(event) : redirect(path + event.url.search))
}

function serveFile({ type, body }: PublicFile): Response {
  return new Response(body, { headers: { ...pageHeaders, 'content-type': type } })
}

const showMissing: EventHandler = (event) => {
  event.res.status = 404
  return renderPage('Not found', markup`
    <h1>Nothing here</h1>
    <p class="lead">The demo has no page <code>${event.url.pathname}</code>.</p>
    <p><a class="button" href="/demo/">To the demo</a></p>`, tags.full)
}
