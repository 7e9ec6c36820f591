import { countItems } from './cart.js'
import { startRouter } from './router.js'
import { showCart, showCatalogue, showCheckout, showMissing, showProduct, showThanks } from './views.js'

/** Pattern of the path below `/demo/shop/`, and what it shows; a view answers its title and its content. */
const routes = [
  [/^$/, showCatalogue],
  [/^products\/([\w-]+)$/, showProduct],
  [/^cart$/, showCart],
  [/^checkout$/, showCheckout],
  [/^thanks$/, showThanks],
]

const view = document.getElementById('view')
const count = document.getElementById('count')

function render() {
  const path = location.pathname.slice('/demo/shop/'.length)
  const [pattern, show] = routes.find(([pattern]) => pattern.test(path)) ?? [/^/, showMissing]
  const [, name] = pattern.exec(path)
  const { title, content } = show(name) ?? showMissing()
  view.replaceChildren(...content)
  document.title = title === '' ? 'Heel & Spoke' : `${title} · Heel & Spoke`
  showCount()
}

function showCount() {
  const items = countItems()
  count.textContent = items
  count.hidden = items === 0
}

addEventListener('cart', showCount)
startRouter(() => {
  render()
  // Where a page load would have put it, so that a screen reader goes on from there.
  view.focus({ preventScroll: true })
})
render()
