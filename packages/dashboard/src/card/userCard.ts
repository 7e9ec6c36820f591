import { safeHref } from '../href.ts'
import { askCard, CardError, type Card, type CardView } from './askCard.ts'
import { relativeTime } from './relativeTime.ts'
import { cardCss } from './sheet.ts'

/** Said where the page says nothing of its own, in a slot of that name. */
const words = {
  empty: 'No views yet',
  refused: 'This card cannot be shown: its token or pass is wrong, revoked or expired',
  failed: 'The views could not be loaded',
  loading: 'Loading…',
}

const attributes = ['src', 'user', 'token', 'site'] as const

/** Where this script came from: a module has none. */
const ownScript = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : undefined

let sheet: CSSStyleSheet | undefined

/**
 * `<treadlight-user-card user="42" token="tlc_…" src="https://stats.example">`: the newest views of a user. What comes of visitors becomes
 * text, never HTML, and a link only where it is one to a page.
 */
class UserCard extends HTMLElement {
  static readonly observedAttributes: readonly string[] = attributes
  readonly #root = this.attachShadow({ mode: 'open' })
  #asking: AbortController | undefined

  connectedCallback(): void {
    // Not an element of style, which a strict policy would forbid. Made once for all cards of the page.
    if (sheet === undefined) (sheet = new CSSStyleSheet()).replaceSync(cardCss)
    this.#root.adoptedStyleSheets = [sheet]
    void this.#load()
  }

  disconnectedCallback(): void {
    this.#asking?.abort()
  }

  attributeChangedCallback(): void {
    if (this.isConnected) void this.#load()
  }

  async #load(): Promise<void> {
    this.#asking?.abort()
    const { signal } = (this.#asking = new AbortController())
    this.setAttribute('aria-busy', 'true')
    this.#say('loading')
    // All attributes that are set in one go are one question.
    await Promise.resolve()
    if (signal.aborted) return
    try {
      const [src, user, token, site] = attributes.map((name) => this.getAttribute(name))
      const base = new URL(src ? src.replace(/\/?$/, '/') : './', src ? document.baseURI : (ownScript ?? document.baseURI)).href
      const card = await askCard({ base, user: user!, token: token!, site: site! }, signal)
      if (!signal.aborted) this.#show(base, card)
    } catch (error) {
      if (!signal.aborted) this.#say(error instanceof CardError ? error.reason : 'failed')
    }
    if (!signal.aborted) this.removeAttribute('aria-busy')
  }

  #show(base: string, { site_id: site, user, views }: Card): void {
    if (views.length === 0) return this.#say('empty')
    const list = make('ol', { part: 'views', 'aria-label': `Newest views of ${user}`, tabindex: '0' })
    const now = Date.now()
    const locale = this.closest<HTMLElement>('[lang]')?.lang
    list.append(...views.map((view) => makeRow(view, `${base}dashboard/?${new URLSearchParams({ page: 'hits', site, id: view.id })}`, relativeTime(now - Date.parse(view.time), locale))))
    this.#root.replaceChildren(list)
  }

  #say(what: keyof typeof words): void {
    const isError = what === 'refused' || what === 'failed'
    const part = isError ? 'error' : what
    const line = make('p', { part, role: isError ? 'alert' : 'status' })
    // The page's own words, in its own language.
    const slot = make('slot', { name: part })
    slot.append(words[what])
    line.append(slot)
    this.#root.replaceChildren(line)
  }
}

function makeRow({ time, url, title }: CardView, record: string, ago: string): HTMLElement {
  const row = make('li', { part: 'view' })
  const said = title || url
  const href = safeHref(url)
  const name = href === undefined ? make('span', { part: 'title' }) : make('a', { part: 'title', href, ...away })
  name.className = 'title'
  name.title = `${title} (${url})`.trim()
  name.append(said)
  const when = make('a', { part: 'time', href: record, ...away })
  const stamp = make('time', { datetime: time, title: new Date(time).toLocaleString() })
  stamp.append(ago)
  when.append(stamp)
  row.append(when, name)
  return row
}

/** Neither page is told of the other. */
const away = { target: '_blank', rel: 'noopener noreferrer' }

function make(name: string, given: Record<string, string>): HTMLElement {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(given)) element.setAttribute(attribute, value)
  return element
}

/** Makes the element known to the page; twice is once. */
export function defineUserCard(): void {
  if (!customElements.get('treadlight-user-card')) customElements.define('treadlight-user-card', UserCard)
}
