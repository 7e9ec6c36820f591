import { meet, note } from './trail.js'

/** How long after a page the server may still be at its hits, ms: looked at more and more seldom. */
const looks = [200, 900, 2500, 5000, 12_000]

/** Where the page's tag names a view that its server has made, asks that server what has become of its hits. */
export function watchServer() {
  const view = document.querySelector('script[data-view]')?.dataset.view
  if (view === undefined) return
  for (const after of looks) setTimeout(() => void look(view), after)
}

async function look(view) {
  const answer = await fetch(`/demo/club/hits?view=${encodeURIComponent(view)}`)
  if (!answer.ok) return
  for (const { hit, state, steps } of await answer.json()) {
    const entry = meet(hit, 'server')
    // The script may have been first to tell of the same view.
    entry.maker = 'server'
    for (const { at, text } of steps) note(entry, text, { state, at })
  }
}
