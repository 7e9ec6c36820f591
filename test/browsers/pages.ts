import type { BrowserContext, Page } from 'playwright-core'

/** What the pages of a browser did, as seen from inside them. */
export interface Observed {
  /** Ids of all hits that a page tried to send, whether they left or not. */
  made: Set<string>
  /** What a visitor's console would complain of. */
  errors: string[]
}

/** Watches every page of a context from before its first script; for contexts that no page has been opened in. */
export async function observe(context: BrowserContext): Promise<Observed> {
  const observed: Observed = { made: new Set(), errors: [] }
  await context.exposeFunction('noteBody', (body: string) => {
    for (const { id } of (JSON.parse(body) as { hits: { id: string }[] }).hits) observed.made.add(id)
  })
  await context.addInitScript(() => {
    const note = (body: unknown): void => void (window as unknown as { noteBody(body: unknown): void }).noteBody(body)
    const { fetch } = window
    window.fetch = (input, init) => {
      if (String(input).endsWith('/hit')) note(init?.body)
      return fetch(input, init)
    }
    const { sendBeacon } = navigator
    navigator.sendBeacon = (url, body) => {
      note(body)
      return sendBeacon.call(navigator, url, body)
    }
  })
  context.on('weberror', (error) => observed.errors.push(String(error.error())))
  return observed
}

/** A route of an SPA: the URL first, the title a little later, as routers do it. */
export async function push(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(null, '', path)
    setTimeout(() => (document.title = path), 20)
  }, path)
}
