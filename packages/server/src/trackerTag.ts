import { isId, openToken } from '@treadlight/protocol'

export interface TrackerTagOptions {
  /** URL of the collector as browsers reach it, such as `https://stats.example`. */
  collector: string | URL
  /**
   * URL of the script, or its path at the collector: where it is served under another name, or as one that never changes. With
   * `view` it has to be `t.server.js`, the only one that adopts it.
   * @default '/t.server.js'
   */
  script?: string | undefined
  /** The id under which the server counts this view: for an answer that no shared cache may keep. */
  view?: string | undefined
  /** Who the visitor is: what `signUser` has made, never the secret itself. Whoever sees the page can read it. */
  token?: string | undefined
  /** Of the page's Content Security Policy. */
  nonce?: string | undefined
  /** More attributes of the element, such as `data-ignore`. */
  attributes?: Record<string, string> | undefined
}

/** Those that options are for, and handlers, which would be scripts of their own. */
const otherwiseGiven = /^(src|nonce|data-view|data-user|on.*)$/

/** As `treadlight token create` prints them. */
const apiToken = /\btl_[\w-]{43}/

/**
 * The tracker's `<script>` for a page that this server renders, escaped for HTML. It is deferred: by the time it runs the browser
 * knows whether the document came from a cache, where the view is not the one that the tag names.
 *
 * @throws TypeError naming the option that cannot stand in a page; it says nothing of what was given, which may be a secret
 * @example
 * trackerTag({ collector: 'https://stats.example', view: hit.id, nonce })
 * // <script defer src="https://stats.example/t.server.js" nonce="…" data-view="0197…"></script>
 */
export function trackerTag({ collector, script = '/t.server.js', view, token, nonce, attributes = {} }: TrackerTagOptions): string {
  const base = readUrl('collector', collector)
  const source = readUrl('script', script, base)
  const endpoint = new URL('/hit', base)
  for (const name of Object.keys(attributes)) checkName(name)
  if ([source.href, endpoint.href, ...Object.values(attributes)].some((value) => apiToken.test(value))) throw problem('an API token must not stand in a page')
  if (view !== undefined && !isId(view)) throw problem('view must be the id of a hit, a UUIDv7 in lower case')
  if (token !== undefined && openToken(token) === undefined) throw problem('token must be what signUser has made: a secret or an API token must not stand in a page')
  const given = {
    defer: '',
    src: source.href,
    nonce,
    'data-view': view,
    'data-user': token,
    // Beside the script is where it sends to by itself.
    'data-endpoint': new URL('/hit', source).href === endpoint.href ? undefined : endpoint.href,
    ...attributes,
  }
  const written = Object.entries(given).filter((attribute): attribute is [string, string] => attribute[1] !== undefined)
  return `<script ${written.map(([name, value]) => (value === '' ? name : `${name}="${escape(value)}"`)).join(' ')}></script>`
}

function readUrl(option: string, url: string | URL, base?: URL): URL {
  const read = URL.canParse(url, base) ? new URL(url, base) : undefined
  if (!read || !/^https?:$/.test(read.protocol)) throw problem(`${option} must be an http or https URL, such as https://stats.example`)
  if (read.username || read.password) throw problem(`${option} must be without a name and a password: they would stand in the page`)
  return read
}

function checkName(name: string): void {
  if (!/^[a-z][a-z\d-]*$/.test(name)) throw problem('names of attributes must be lower-case letters, digits and hyphens')
  if (otherwiseGiven.test(name)) throw problem(`attributes cannot have ${name}: there is an option for it, or it would be a script`)
}

function problem(text: string): TypeError {
  return new TypeError(`[treadlight server] trackerTag: ${text}`)
}

/** For a value in double quotes. Parsers of HTML take a carriage return for a line break unless it is escaped. */
function escape(value: string): string {
  return String(value).replace(/[&<>"'\r]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
