import type { Givens } from './typeCheck.ts'

const request = 'Request'
const text = 'string'

/** What blocks of documents take for granted: names that the reader has, and packages that are installed elsewhere. */
export const givens: Givens = {
  names: {
    'README.md': { app: "import('express').Express" },
    'docs/server.md': {
      token: text,
      app: "import('express').Express",
      tracking: "import('@treadlight/server').Tracking",
      request,
      nonce: text,
      account: '{ id: string }',
      placeOrder: "import('express').RequestHandler",
      withEvent: "typeof import('@treadlight/server').withEvent",
      trackEvent: "typeof import('@treadlight/server').trackEvent",
      ownTraffic: "typeof import('@treadlight/server').ownTraffic",
      isStaff: '(request: Request) => boolean',
      Deno: '{ serve(handler: (request: Request) => Response | Promise<Response>): unknown }',
    },
    'packages/protocol/README.md': { account: '{ id: string }', session: '{ id: string }', secret: text },
    'docs/tracker.md': { request },
    'docs/privacy.md': { account: '{ id: string }', session: '{ id: string }', secret: text },
    'docs/events.md': { request },
    'docs/dialects.md': { _paq: 'unknown[][]', clientId: text, client_id: text, token: text, address: text, userAgent: text, url: text, gtag: '(...args: unknown[]) => void' },
    'docs/spa.md': { router: '{ afterEach(hook: (to: { meta: { title?: string }; params: Record<string, string> }) => unknown): void }', nextTick: '(act: () => unknown) => Promise<void>', Astro: '{ props: { title: string } }' },
    'docs/store.md': { createMapStore: "(options: { now: () => number }) => import('@treadlight/store').HitStore" },
    'docs/storage.md': { createStore: "typeof import('@treadlight/store').createStore", openStorage: "typeof import('@treadlight/store').openStorage", env: '{ BUCKET: never }' },
  },
  // Those of frameworks are installed by `npm run test:frameworks`, which builds an app with each.
  absent: ['next/server', 'next/headers', 'nitro/runtime', 'vue', 'vue-router', 'svelte', 'astro:transitions'],
}
