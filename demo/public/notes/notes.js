const notes = [...document.querySelectorAll('[data-note]')]
const links = [...document.querySelectorAll('.list a')]

/** Shows the note that the hash names. `#more` and its like are places on the page and change nothing. */
function showNote() {
  const { hash } = location
  if (hash !== '' && !hash.startsWith('#/')) return
  const wanted = notes.find(({ dataset }) => dataset.note === hash.slice(2)) ?? notes[0]
  for (const note of notes) note.hidden = note !== wanted
  for (const link of links) link.ariaCurrent = link.hash === `#/${wanted.dataset.note}` ? 'page' : null
  const title = wanted.querySelector('h1').textContent
  document.title = wanted === notes[0] ? 'Pocket notes' : `${title} · Pocket notes`
}

addEventListener('hashchange', showNote)
showNote()
