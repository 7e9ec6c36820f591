import { buildSync } from 'esbuild'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { nameOfHit, type PageSettings, type Told } from './told.ts'

/** What the pages of a site have told so far, by name. */
interface PageRecord {
  made: Map<string, Told['made'][number]>
  queued: Set<string>
  acts: Set<string>
  errors: Set<string>
}

export interface ProofSite {
  url: string
  record: PageRecord
  /** Of pages served from now on. */
  settings: PageSettings
  /** An expression that pages served from now on do once they have loaded. */
  onLoad: string
  /** Adds what a page tells to the record. */
  hear(told: Partial<Told>): void
  close(): Promise<void>
}

const root = new URL('../../../', import.meta.url)

/** Serves a page under every path, with the built tracker that sends to `endpoint`. On an origin of its own, so that it begins with empty storage. */
export async function startProofSite(endpoint: string, tracker: string = readTracker()): Promise<ProofSite> {
  const inPage = bundleInPage()

  // A browser that is killed breaks off what it was telling.
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, 'http://localhost')
    if (request.method === 'POST') {
      site.hear(JSON.parse(await readText(request)) as Partial<Told>)
      response.writeHead(204).end()
    } else if (pathname === '/t.js') response.setHeader('content-type', 'text/javascript').end(tracker)
    else if (pathname === '/favicon.ico') response.writeHead(204).end()
    else response.setHeader('content-type', 'text/html; charset=utf-8').end(page(pathname))
  }

  function page(path: string): string {
    const settings = JSON.stringify(site.settings)
    return `<!doctype html><title>${path}</title>
      <script data-settings='${settings}'>${inPage}</script>
      <script async src="/t.js" data-endpoint="${endpoint}" data-ignore="iframe" data-before-send="report"></script>
      <h1>${path}</h1><script>${site.onLoad}</script>`
  }

  const site: ProofSite = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    record: { made: new Map(), queued: new Set(), acts: new Set(), errors: new Set() },
    settings: {},
    onLoad: '',
    hear({ made = [], queued = [], acts = [], errors = [] }) {
      const { record } = site
      for (const hit of made) if (!record.made.has(nameOfHit(hit.id))) record.made.set(nameOfHit(hit.id), hit)
      for (const name of queued) record.queued.add(name)
      for (const act of acts) record.acts.add(act)
      for (const error of errors) record.errors.add(error)
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return site
}

function readTracker(): string {
  return readFileSync(new URL('packages/tracker/dist/t.js', root), 'utf8')
}

/** The script that watches, as text that any page can hold. */
function bundleInPage(): string {
  const entryPoints = [fileURLToPath(new URL('inPage.ts', import.meta.url))]
  const { outputFiles } = buildSync({ entryPoints, bundle: true, format: 'iife', target: 'es2022', write: false, logLevel: 'error' })
  return outputFiles[0]!.text
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
