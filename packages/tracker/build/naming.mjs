/** How terser names what it shortens: by the letters of `order`, one first, then two. Terser itself leaves out what is taken or reserved. */
export function naming(order) {
  return { get: (index) => (index < order.length ? order[index] : naming(order).get(Math.floor(index / order.length) - 1) + order[index % order.length]) }
}
