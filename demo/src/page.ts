import { html, raw, type HTTPResponse } from 'h3'

/** Markup that may stand in a page as it is. */
export type Markup = ReturnType<typeof raw>

/** As strict as a site may be: what the tracker needs has to work under it. */
export const pageHeaders = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
} as const

/** A part of a page; what is put in is escaped unless it is `Markup` itself. */
export function markup(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  // h3's html`` escapes just so, but makes whole answers.
  return raw(html(strings, ...values).body as string)
}

/** Parts in a row. */
export function joined(parts: Markup[]): Markup {
  return raw(parts.map(({ value }) => value).join(''))
}

/** The panel in which hits can be watched: before the tracker's tag, so that it sees the first request. */
export const panelTag: Markup = raw('<script type="module" src="/demo/panel/panel.js"></script>')

/** The small tracker, and the one that also finds out what a page does not tell it. */
export const tags: Readonly<Record<'small' | 'full', Markup>> = {
  small: raw('<script defer src="/t.js" data-ignore="iframe"></script>'),
  full: raw('<script defer src="/t.full.js" data-ignore="iframe" data-before-send="demoBeforeSend" data-heartbeat="15"></script>'),
}

/** A whole page in the journal's frame. */
export function renderPage(title: string, main: Markup, tag: Markup = tags.small): HTTPResponse {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · The Long Way Round</title>
    <link rel="icon" href="/demo/icon.svg">
    <link rel="stylesheet" href="/demo/demo.css">
    ${panelTag}
    ${tag}
  </head>
  <body>
    <header class="bar">
      <a class="brand" href="/demo/pages/">The Long Way Round</a>
      <nav><a href="/demo/">Demo</a> <a href="/dashboard/">Dashboard</a></nav>
    </header>
    <main class="column">${main}
    </main>
    <footer class="foot">Rendered on the server: every link here loads a page.</footer>
  </body>
</html>
`
  for (const [name, value] of Object.entries(pageHeaders)) page.headers.set(name, value)
  return page
}
