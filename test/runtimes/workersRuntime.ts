import { build } from 'esbuild'
import { Miniflare, type MiniflareOptions } from 'miniflare'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { settings, type Running, type Runtime } from './runtime.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A secret of its owner. */
const password = 'a long password of the owner'

export interface Bundle {
  script: string
  /** What it leaves to the runtime. */
  imports: string[]
  bytes: { plain: number; gzip: number }
}

/** Bundles a Worker as Cloudflare's wrangler does: by its conditions, and without Node's modules. */
export async function bundleWorker(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    outfile: 'worker.mjs',
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const { text, contents: bytes } = outputFiles[0]!
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  return { script: text, imports: [...new Set(imports)].toSorted(), bytes: { plain: bytes.length, gzip: gzipSync(bytes).length } }
}

/** Cloudflare's own runtime, with a bucket that is a folder. */
export const workers: Runtime = {
  name: 'workers',
  isProcess: false,
  sharesPort: false,
  hasSqlite: false,
  async start({ folder, webhook, env = {} }) {
    const { script } = await bundleWorker(`
      import { webhook } from '@treadlight/destinations'
      import { createWorker } from 'treadlight/workers'
      export const { worker, Collector } = createWorker({ config: { destinations: [webhook({ url: '${webhook}', allowPrivate: true })] } })
      export default worker`)
    return { ...(await runWorker(script, collectorOptions(folder, { ...settings, ...env, TREADLIGHT_PASSWORD: password }))), password }
  },
  async startShop({ collector, token }) {
    const { script } = await bundleWorker(`
      import { trackRequests } from '@treadlight/server/workers'
      import { createTracking } from '@treadlight/server'
      let tracking
      const page = trackRequests((env) => (tracking ??= createTracking({ collector: env.SITE, token: env.TOKEN })), () => new Response('<title>Shop</title><h1>Shop</h1>', { headers: { 'content-type': 'text/html' } }))
      export default {
        async fetch(request, env, context) {
          if (new URL(request.url).pathname !== '/order') return page(request, env, context)
          tracking ??= createTracking({ collector: env.SITE, token: env.TOKEN })
          await tracking.hit(request, { type: 'event', name: 'order' }, { waitUntil: (promise) => context.waitUntil(promise) })
          return new Response('thanks')
        },
      }`)
    return runWorker(script, { bindings: { SITE: collector, TOKEN: token } })
  },
}

/** The bindings that deploy/workers/wrangler.jsonc names. */
export function collectorOptions(folder: string, env: Record<string, string>): Partial<MiniflareOptions> {
  return {
    r2Buckets: ['BUCKET'],
    r2Persist: `${folder}/r2`,
    durableObjects: { COLLECTOR: { className: 'Collector', useSQLite: true } },
    durableObjectsPersist: `${folder}/objects`,
    bindings: env,
  }
}

export interface RunningWorker extends Omit<Running, 'password'> {
  miniflare: Miniflare
}

export async function runWorker(script: string, options: Partial<MiniflareOptions>): Promise<RunningWorker> {
  let output = ''
  const miniflare = new Miniflare({
    // As a list they are not looked through for imports, of which the runtime itself knows best.
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: script }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    host: '127.0.0.1',
    port: 0,
    cf: false,
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    },
    ...options,
  } as MiniflareOptions)
  const url = (await miniflare.ready).href.replace(/\/$/, '')
  // There is no other way to end it.
  const stop = async (): Promise<null> => (await miniflare.dispose(), null)
  return { miniflare, url, output: () => output, stop, kill: async () => void (await stop()) }
}
