import { hitFromRequest, trackerTag } from '@treadlight/server'
import type { Hit } from '@treadlight/protocol'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { FaultyCollector } from './faultyCollector.ts'

/** How the server answers for a path; by default with a page that names its view, and may be kept by nobody. */
interface RenderedPage {
  headers?: Record<string, string>
  /** The tag names no view, and the script alone counts. */
  isShared?: boolean
  nonce?: string
  token?: string
  attributes?: Record<string, string>
  /** In the head, before the tag. */
  head?: string
  body?: string
  /** ms that the end of the document is held back. */
  rest?: number
  /** Who has the document already is told that it is the same. */
  isUnchanged?: boolean
  /** A script instead of a page, which nobody counts. */
  script?: string
}

/** A site whose server counts each document that it sends, and names the view in the document's tag. */
export interface RenderedSite {
  url: string
  /** Paths of documents that were sent, in order. */
  served: string[]
  /** What its server has counted. */
  counted: Hit[]
  /** Ids that tags have named, by path. */
  named: Record<string, string[]>
  pages: Record<string, RenderedPage>
  close(): void
}

/** On an origin of its own, as sites are whose collector is elsewhere. The script sets the title, which the server's hit has not. @param apiToken of scope `hits` */
export async function startRenderedSite(collector: { url: string }, apiToken?: string): Promise<RenderedSite> {
  /** What a shared cache in front of it keeps. */
  const documents = new Map<string, string>()
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!
    const { script, headers: answered = { 'cache-control': 'private, no-cache' }, isUnchanged, rest, ...page } = site.pages[path] ?? {}
    if (documents.has(path)) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...answered }).end(documents.get(path))
    if (path === '/favicon.ico') return void response.writeHead(404).end()
    if (script !== undefined) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    if (isUnchanged && request.headers['if-none-match']) return void response.writeHead(304, answered).end()
    site.served.push(path)
    const headers = Object.entries(request.headers).filter((header): header is [string, string] => typeof header[1] === 'string')
    const hit = hitFromRequest(new Request(site.url + path, { headers }), {}, { address: request.socket.remoteAddress })!
    ;(site.named[path] ??= []).push(hit.id)
    // What nobody may ever see is not counted; the tag names the view all the same.
    if (!page.isShared && !request.headers['sec-purpose']) {
      site.counted.push(hit)
      await fetch(`${collector.url}/hit`, { method: 'POST', headers: apiToken ? { authorization: `Bearer ${apiToken}` } : {}, body: JSON.stringify({ hits: [hit] }) })
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...answered })
    const document = render(path, hit.id, page)
    if (answered['cache-control']?.startsWith('public')) documents.set(path, document)
    response.write(document)
    if (rest) await wait(rest)
    response.end('</body></html>')
  }

  function render(path: string, view: string, { isShared, head = '', body = '', nonce, token, attributes }: RenderedPage): string {
    const tag = trackerTag({ collector: collector.url, view: isShared ? undefined : view, nonce, token, attributes: { 'data-ignore': 'iframe', ...attributes } })
    return `<!doctype html><html><head><meta charset="utf-8"><script nonce="page">document.title = 'Title of ${path}'</script>${head}${tag}</head>
      <body><h1>${path}</h1>${body}<p>${'Browsers show a document in pieces only if these are long enough. '.repeat(40)}</p>`
  }

  const site: RenderedSite = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served: [],
    counted: [],
    named: {},
    pages: {},
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return site
}

/** The views that a collector has, in the order in which they were made: their path, and who counted them. The browser alone says its screen. */
export function viewsOf(collector: FaultyCollector): string[] {
  const views = new Map<string, { path: string; by: Set<string> }>()
  for (const { id, type, url, screen } of [...collector.arrivals].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (type !== 'pageview') continue
    const view = views.get(id) ?? { path: new URL(url).pathname, by: new Set() }
    view.by.add(screen ? 'browser' : 'server')
    views.set(id, view)
  }
  return [...views.values()].map(({ path, by }) => `${path} ${[...by].sort().reverse().join(' + ')}`)
}
