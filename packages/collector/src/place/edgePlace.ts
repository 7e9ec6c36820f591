import { readPlace, type Place } from './place.ts'

type Header = (name: string) => string

/** Edges whose headers are understood. */
export const edgeNames = ['cloudflare', 'vercel', 'cloudfront', 'netlify', 'fastly'] as const

export type EdgeName = (typeof edgeNames)[number]

/**
 * What each edge says where the client is.
 *
 * - Cloudflare sends the country by itself, the rest with the managed transform "Add visitor location headers".
 * - CloudFront sends what the origin request policy names.
 * - Fastly sends nothing: the names are those that docs/collector.md has the owner set in VCL.
 */
const readers: Record<EdgeName, (header: Header) => Place | undefined> = {
  cloudflare: (header) => readHeaders(header, 'cf-ipcountry', 'cf-region-code', 'cf-ipcity'),
  vercel: (header) => readHeaders(header, 'x-vercel-ip-country', 'x-vercel-ip-country-region', 'x-vercel-ip-city'),
  cloudfront: (header) => readHeaders(header, 'cloudfront-viewer-country', 'cloudfront-viewer-country-region', 'cloudfront-viewer-city'),
  netlify: (header) => readNetlify(header('x-nf-geo')) ?? readHeaders(header, 'x-country'),
  fastly: (header) => readHeaders(header, 'client-geo-country', 'client-geo-region', 'client-geo-city'),
}

/** Where an edge says that the client is; nothing where it does not know. */
export function edgePlace(edge: EdgeName, header: Header): Place | undefined {
  return readers[edge](header)
}

function readHeaders(header: Header, country: string, region?: string, city?: string): Place | undefined {
  return readPlace(header(country), region && decodeName(header(region)), city && decodeName(header(city)))
}

/** Longest value that is decoded: no name has so many bytes, percent-encoded or not. */
const longestName = 1000

/** Vercel and CloudFront percent-encode names; Cloudflare sends them as UTF-8, of which runtimes make one letter for each byte. */
function decodeName(value: string): string | undefined {
  const text = value.slice(0, longestName)
  if (!text.includes('%')) return decodeBytes(text)
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function decodeBytes(text: string): string {
  if (!/[\u0080-\u00FF]/.test(text) || /[\u0100-\uFFFF]/.test(text)) return text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(text))
  } catch {
    // Letters of Latin-1 then, as VCL has them too.
    return text
  }
}

/** Base64 of `{ country: { code }, subdivision: { code }, city }` in UTF-8. */
function readNetlify(value: string): Place | undefined {
  try {
    const geo: unknown = JSON.parse(new TextDecoder().decode(bytesOf(atob(value.slice(0, 4 * longestName)))))
    const { country, subdivision, city } = geo as { country?: { code?: unknown }; subdivision?: { code?: unknown }; city?: unknown }
    return readPlace(country?.code, subdivision?.code, city)
  } catch {
    return undefined
  }
}

function bytesOf(binary: string): Uint8Array {
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}
