import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A site on another origin than its collector, as most are. */
export interface Site {
  url: string
  close(): void
}

const root = new URL('../../', import.meta.url)

/** The packages as they are published; a package's own modules are beside it. */
function readModule(path: string): string | undefined {
  const name = /^\/tracker\/(\w+\.mjs)$/.exec(path)?.[1]
  return name && readFileSync(new URL(`packages/tracker/dist/${name}`, root), 'utf8')
}

/** How the pages of a site get the tracker: by the tag, or by an import as a bundler would resolve it. */
const heads = {
  tag: (collector: string) => `<script defer src="${collector}/t.js" data-ignore="iframe"></script>`,
  npm: (collector: string) => `
    <script type="importmap">{ "imports": { "@treadlight/tracker": "/tracker/index.mjs" } }</script>
    <script type="module">
      import { init, standard } from '@treadlight/tracker'
      init({ endpoint: '${collector}/hit', use: standard({ ignore: [] }) })
    </script>`,
}

/** Serves a page under every path; its title is its path. */
export async function startSite(collector: string, way: keyof typeof heads = 'tag'): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname
    const module = readModule(path)
    if (module) return response.setHeader('content-type', 'text/javascript').end(module)
    if (path === '/favicon.ico') return response.writeHead(404).end()
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>${path}</title>${heads[way](collector)}<h1>${path}</h1><a href="/plain">plain</a>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
