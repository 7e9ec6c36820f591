import { createReferenceStore, createValues, type StoredHit } from '@treadlight/store'
import { H3, proxyRequest, serve } from 'h3'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createStorage } from 'unstorage'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { freePort } from '../process/collectorProcess.ts'

/** What a framework's build is served by. */
export type Host =
  /** Files, and one of them for every path that is none: an app of one page. */
  | { files: string; fallback: string }
  /** Files, one for each page; and redirects as a static host would be told of them. */
  | { files: string; redirects: Record<string, string> }
  /** The framework's own server. */
  | { command: string[] }

export interface FrameworkSite {
  url: string
  /** Views that the collector has stored, oldest first. */
  views(): Promise<StoredHit[]>
  close(): Promise<void>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** An app with a collector at `/hit` of its own origin, whose script, small or full, is `/t.js`. */
export async function startFrameworkSite(folder: string, host: Host, script: '/t.js' | '/t.full.js' = '/t.js'): Promise<FrameworkSite> {
  const store = createReferenceStore()
  const collector = createCollector({
    store,
    values: createValues(createStorage()),
    timezone: 'UTC',
    // The tests drive their visitors.
    settings: { bots: { crawlers: 'drop', automation: 'count' } },
  })
  const pages = 'command' in host ? await startCommand(folder, host.command) : { close: () => {}, url: undefined }

  const app = new H3()
  app.all('/hit', ({ req }) => collector.fetch(req))
  app.get('/t.js', ({ req }) => collector.fetch(new Request(new URL(script, req.url), { headers: req.headers })))
  app.get('/favicon.ico', () => new Response(null, { status: 204 }))
  app.all('/**', (event) =>
    'command' in host ? proxyRequest(event, pages.url + event.url.pathname + event.url.search) : serveFile(join(folder, host.files), host, event.url),
  )
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()

  return {
    url: server.url!.replace(/\/$/, ''),
    async views() {
      const views: StoredHit[] = []
      for await (const hit of store.hits({ site: 'default', order: 'oldest' })) if (hit.type === 'pageview') views.push(hit)
      return views
    },
    async close() {
      await server.close(true)
      pages.close()
    },
  }
}

function serveFile(folder: string, host: Exclude<Host, { command: string[] }>, { pathname }: URL): Response {
  const redirect = 'redirects' in host && host.redirects[pathname]
  if (redirect) return new Response(null, { status: 302, headers: { location: redirect } })
  const names = extname(pathname) ? [pathname] : [join(pathname, 'index.html'), 'fallback' in host ? host.fallback : '404.html']
  const path = names.map((name) => join(folder, name)).find((name) => existsSync(name))
  if (!path) return new Response('Not found', { status: 404 })
  return new Response(readFileSync(path), { headers: { 'content-type': types[extname(path)] ?? 'application/octet-stream' } })
}

/** @param more of the environment */
export async function startCommand(folder: string, [command, ...args]: string[], more: Record<string, string> = {}): Promise<{ url: string; close(): void }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { ...process.env, NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1', HOSTNAME: '127.0.0.1', ORIGIN: url, NEXT_TELEMETRY_DISABLED: '1', ...more }
  const child = spawn(process.execPath, [command!, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env })
  const exited = once(child, 'exit').then(() => true)
  while (!(await fetch(url).then(() => true, () => false))) {
    if (await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 100))])) throw new Error(`${command} did not start`)
  }
  return { url, close: () => void child.kill() }
}
