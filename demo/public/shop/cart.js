import { findProduct } from './products.js'

const key = 'heel-and-spoke:cart'

/** What is in the cart: `{ product, count }` in the order of adding. It lasts as long as the tab. */
export function readCart() {
  return Object.entries(readCounts()).map(([name, count]) => ({ product: findProduct(name), count }))
}

export function addToCart(name) {
  setCount(name, (readCounts()[name] ?? 0) + 1)
  // There is no tracker where a blocker took it, and the shop sells all the same.
  globalThis.treadlight?.track('add-to-cart', { product: name })
}

/** None takes the product out. */
export function setCount(name, count) {
  const { [name]: _, ...others } = readCounts()
  write(count > 0 ? { ...readCounts(), [name]: count } : others)
}

export function emptyCart() {
  write({})
}

export function countItems() {
  return readCart().reduce((sum, { count }) => sum + count, 0)
}

/** In cents. */
export function totalOf(cart) {
  return cart.reduce((sum, { product, count }) => sum + product.price * count, 0)
}

function readCounts() {
  return JSON.parse(sessionStorage.getItem(key) ?? '{}')
}

function write(counts) {
  sessionStorage.setItem(key, JSON.stringify(counts))
  dispatchEvent(new Event('cart'))
}
