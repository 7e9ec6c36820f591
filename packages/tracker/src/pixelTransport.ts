import type { Transport } from './transport.ts'

/**
 * An image for each hit, for pages whose CSP lets them load images from the collector (`img-src`) but send nothing to it
 * (`connect-src`). One that loads is the collector's word that it has the hit, or never will.
 */
export const pixelTransport: Transport = async (url, body) => {
  const { hits } = JSON.parse(body) as { hits: object[] }
  await Promise.all(hits.map((hit) => loadPixel(`${url}?hit=${encodeURIComponent(JSON.stringify(hit))}`)))
  return { status: 201, headers: new Headers({ 'x-hit': '1' }), json: async () => ({ refused: [] }) }
}

function loadPixel(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.addEventListener('load', resolve)
    image.addEventListener('error', reject)
    image.src = url
  })
}
