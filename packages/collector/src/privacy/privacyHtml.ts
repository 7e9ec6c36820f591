import { createHash } from 'node:crypto'
import type { PrivacySection } from './describePrivacy.ts'

const style = `
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; color: CanvasText; background: Canvas }
h1 { font-size: 1.6rem; line-height: 1.25 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: 0 0 .5rem }
`

/** Nothing but its own style: no script, no picture, no frame around it. */
export const privacyPolicy: string = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The sections as a page. */
export function privacyHtml(sections: readonly PrivacySection[]): string {
  const body = sections.map(
    ({ title, sentences }) => `<section>\n<h2>${escapeHtml(title)}</h2>\n${sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n')}\n</section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What is counted here</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>What is counted here</h1>
<p>This page is made from the settings that the collector runs with.</p>
${body.join('\n')}
</main>
</body>
</html>
`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter]!)
}
