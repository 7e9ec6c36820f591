/** Prices in cents. */
export const products = [
  {
    name: 'city-bicycle',
    title: 'City bicycle',
    kind: 'wheels',
    price: 89000,
    summary: 'Eight gears, an upright seat and room for the shopping.',
    details: 'A steel frame that shrugs off cobbles, mudguards that mean it, and a chain case so that no trouser leg has to be rolled up.',
  },
  {
    name: 'brass-bell',
    title: 'Brass bell',
    kind: 'wheels',
    price: 2400,
    summary: 'One clear note, heard and forgiven.',
    details: 'Turned from solid brass. It rings for four seconds, long enough to be polite about it, and darkens with the years.',
  },
  {
    name: 'front-lamp',
    title: 'Front lamp',
    kind: 'wheels',
    price: 4900,
    summary: 'Lights the road, not the oncoming eyes.',
    details: 'A shaped beam with a sharp upper edge. Thirty hours on a charge, and it says in good time when they are over.',
  },
  {
    name: 'walking-boots',
    title: 'Walking boots',
    kind: 'feet',
    price: 18900,
    summary: 'Two seams fewer, ten years more.',
    details: 'Cut from one piece of leather and stitched to a sole that any cobbler can replace. Give them two weeks to get to know you.',
  },
  {
    name: 'day-pack',
    title: 'Day pack',
    kind: 'feet',
    price: 9500,
    summary: 'Twenty litres, two pockets, no dangling straps.',
    details: 'Waxed canvas that keeps out an honest shower. One pocket for lunch, one for the things you look for at the gate.',
  },
  {
    name: 'steel-flask',
    title: 'Steel flask',
    kind: 'feet',
    price: 3200,
    summary: 'Tea that is still tea at the summit.',
    details: 'Double steel walls and a cap that is a cup. Half a litre stays hot for nine hours.',
  },
]

export function findProduct(name) {
  return products.find((product) => product.name === name)
}

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })

export function formatPrice(cents) {
  return euros.format(cents / 100)
}
