/** Ways of counting pages, in the order of their tabs. */
export const waysToCount = ['tag', 'full', 'npm', 'server'] as const

export type WayToCount = (typeof waysToCount)[number]

/**
 * What to paste for each way.
 * @param base where the collector is, ending in a slash
 */
export function snippetOf(way: WayToCount, base: string): string {
  switch (way) {
    case 'tag':
      return `<script defer src="${base}t.js"${attributesFor(base)}></script>`
    case 'full':
      return `<script defer src="${base}t.full.js"${attributesFor(base)}></script>`
    case 'npm':
      return `import { init, standard } from '@treadlight/tracker'\n\ninit({ endpoint: '${base}hit', use: standard(${isOwnMachine(base) ? '{ ignore: [] }' : ''}) })`
    case 'server':
      return `import { trackRequests } from '@treadlight/server/express'\n\napp.use(trackRequests({ collector: '${base.slice(0, -1)}', token: process.env.TREADLIGHT_TOKEN }))`
  }
}

/** A collector below a path says where hits go: by itself the tag posts to the root of its host. */
function attributesFor(base: string): string {
  const endpoint = new URL(base).pathname === '/' ? '' : ` data-endpoint="${base}hit"`
  return endpoint + (isOwnMachine(base) ? ' data-ignore=""' : '')
}

/** The tracker ignores pages on its own machine, which is what a collector there is tried with. */
function isOwnMachine(url: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1])/.test(url)
}
