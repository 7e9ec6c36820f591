import { addToCart, emptyCart, readCart, setCount, totalOf } from './cart.js'
import { element } from './element.js'
import { findProduct, formatPrice, products } from './products.js'
import { mirrorInQuery, navigate } from './router.js'

const kinds = [
  ['', 'Everything'],
  ['wheels', 'On wheels'],
  ['feet', 'On foot'],
]

export function showCatalogue() {
  const cards = products.map(productCard)
  const filter = (wanted) => {
    for (const [index, { kind }] of products.entries()) cards[index].hidden = wanted !== '' && kind !== wanted
  }
  const asked = new URLSearchParams(location.search).get('kind')
  const [chosen] = kinds.find(([kind]) => kind === asked) ?? kinds[0]
  filter(chosen)
  const onChoose = (kind) => {
    filter(kind)
    mirrorInQuery('kind', kind)
  }
  return {
    title: '',
    content: [
      element('h1', {}, 'For the way there'),
      element('p', { class: 'lead' }, 'Six good things for going slowly, on two feet or two wheels.'),
      kindFilter(chosen, onChoose),
      element('div', { class: 'cards' }, ...cards),
    ],
  }
}

/** Nothing where there is no such product. */
export function showProduct(name) {
  const product = findProduct(name)
  if (!product) return undefined
  const said = element('span', { class: 'said', role: 'status' })
  const onAdd = () => {
    addToCart(name)
    said.replaceChildren('Added. ', element('a', { href: '/demo/shop/cart' }, 'To the cart'))
  }
  return {
    title: product.title,
    content: [
      element('p', { class: 'eyebrow' }, element('a', { href: '/demo/shop/' }, 'All products')),
      element(
        'div',
        { class: 'product' },
        picture(product),
        element(
          'div',
          { class: 'prose' },
          element('h1', {}, product.title),
          element('p', { class: 'lead' }, product.summary),
          element('p', {}, product.details),
          element('p', { class: 'price' }, formatPrice(product.price)),
          element('p', { class: 'actions' }, element('button', { class: 'button', click: onAdd }, 'Add to cart'), said),
        ),
      ),
    ],
  }
}

export function showCart() {
  const cart = readCart()
  if (cart.length === 0) return emptyView('Cart')
  const sum = element('strong', { role: 'status' }, formatPrice(totalOf(cart)))
  const onChange = () => sum.replaceChildren(formatPrice(totalOf(readCart())))
  return {
    title: 'Cart',
    content: [
      element('h1', {}, 'Cart'),
      element('ul', { class: 'lines' }, ...cart.map((line) => cartLine(line, onChange))),
      totalLine(sum),
      element('p', {}, element('a', { class: 'button', href: '/demo/shop/checkout' }, 'Check out')),
    ],
  }
}

export function showCheckout() {
  const cart = readCart()
  if (cart.length === 0) return emptyView('Checkout')
  const onSubmit = (event) => {
    event.preventDefault()
    emptyCart()
    // Going back from the thanks should not lead to paying again.
    navigate('/demo/shop/thanks', { replace: true })
  }
  return {
    title: 'Checkout',
    content: [
      element('h1', {}, 'Checkout'),
      element(
        'form',
        { class: 'form', submit: onSubmit },
        field('Name', { name: 'name', autocomplete: 'name', required: true }),
        field('Where to', { name: 'address', autocomplete: 'street-address', required: true }),
        totalLine(element('strong', {}, formatPrice(totalOf(cart)))),
        element('button', { class: 'button' }, 'Order'),
        element('p', { class: 'note' }, 'What you type stays in this form.'),
      ),
    ],
  }
}

export function showThanks() {
  return message('Thank you', 'Nothing was ordered, but it was counted.')
}

export function showMissing() {
  return message('Not found', 'We do not sell that. Not yet.')
}

function emptyView(title) {
  return message(title, 'Your cart is empty.')
}

function message(title, text) {
  return {
    title,
    content: [
      element('h1', {}, title),
      element('p', { class: 'lead' }, text),
      element('p', {}, element('a', { class: 'button', href: '/demo/shop/' }, 'To the products')),
    ],
  }
}

function kindFilter(chosen, onChoose) {
  return element(
    'fieldset',
    { class: 'choice' },
    element('legend', {}, 'Show'),
    ...kinds.map(([kind, label]) =>
      element(
        'label',
        {},
        element('input', { type: 'radio', name: 'kind', value: kind, checked: kind === chosen, change: () => onChoose(kind) }),
        label,
      ),
    ),
  )
}

function productCard(product) {
  return element(
    'a',
    { class: 'card', href: `/demo/shop/products/${product.name}` },
    picture(product),
    element('strong', {}, product.title),
    element('span', {}, product.summary),
    element('em', {}, formatPrice(product.price)),
  )
}

function picture({ name }) {
  return element('img', { src: `/demo/shop/art/${name}.svg`, alt: '', width: 400, height: 300 })
}

function cartLine({ product, count }, onChange) {
  const sum = element('span', { class: 'sum' }, formatPrice(product.price * count))
  const setTo = (event) => {
    const wanted = Math.max(0, Math.trunc(event.target.valueAsNumber) || 0)
    setCount(product.name, wanted)
    sum.textContent = formatPrice(product.price * wanted)
    onChange()
  }
  return element(
    'li',
    {},
    picture(product),
    element('a', { href: `/demo/shop/products/${product.name}` }, product.title),
    element('input', { type: 'number', min: 0, value: count, 'aria-label': `How many: ${product.title}`, change: setTo }),
    sum,
  )
}

function totalLine(sum) {
  return element('p', { class: 'total' }, 'Total', sum)
}

function field(label, attributes) {
  return element('label', {}, label, element('input', attributes))
}
