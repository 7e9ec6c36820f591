/** Bytes of a webhook's secret, as the header of a signature has them. */
export type WebhookKey = Uint8Array<ArrayBuffer>

/** Fewest bytes of a secret: what Standard Webhooks asks for. */
const minKeyLength = 24

/** @throws TypeError for what is no base64, or too short to be random */
export function readWebhookSecret(secret: string): WebhookKey {
  const key = decodeBase64(secret.replace(/^whsec_/, ''))
  if (key === undefined || key.length < minKeyLength) throw new TypeError(`[treadlight destinations] webhook: secret must be at least ${minKeyLength} bytes in base64: make one with openssl rand -base64 32`)
  return key
}

/** The headers that say whom a body is from, and when it left. */
export async function signWebhook(body: string, key: WebhookKey, now: number): Promise<Record<string, string>> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)))
  const id = `hits_${Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const timestamp = String(Math.floor(now / 1000))
  const mac = await crypto.subtle.sign('HMAC', await importKey(key, 'sign'), signedBytes(id, timestamp, body))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${encodeBase64(new Uint8Array(mac))}` }
}

export interface VerifyWebhookOptions {
  /** Any of them may have signed it, so that a new one can replace an old one without a gap. */
  secrets: readonly string[]
  /** How old a request may be, or how far ahead, ms: an older one was caught and sent again. @default 5 minutes */
  tolerance?: number
  /** ms since 1970. @default Date.now() */
  now?: number
}

/**
 * Whether a request is from a webhook of ours: signed with the secret, whole, and fresh. For who gets webhooks; `body` is the text as it
 * came, before anybody has parsed it.
 *
 * @throws TypeError for a secret that is none
 * @example
 * const body = await request.text()
 * if (!(await verifyWebhook(body, request.headers, { secrets: [secret] }))) return new Response(null, { status: 401 })
 */
export async function verifyWebhook(body: string, headers: Pick<Headers, 'get'>, { secrets, tolerance = 300_000, now = Date.now() }: VerifyWebhookOptions): Promise<boolean> {
  const keys = secrets.map(readWebhookSecret)
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers.get(`webhook-${name}`) ?? '') as [string, string, string]
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > tolerance) return false
  const signed = signedBytes(id, timestamp, body)
  // While secrets change, several may stand there. Only so many are looked at: a stranger may send what they like.
  for (const signature of signatures.split(' ', 8)) {
    const mac = signature.startsWith('v1,') ? decodeBase64(signature.slice(3)) : undefined
    if (mac === undefined) continue
    // The runtime compares: what a guess has right does not show in the time it takes.
    for (const key of keys) if (await crypto.subtle.verify('HMAC', await importKey(key, 'verify'), mac, signed)) return true
  }
  return false
}

function signedBytes(id: string, timestamp: string, body: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${id}.${timestamp}.${body}`)
}

async function importKey(key: WebhookKey, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [usage])
}

function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) return undefined
  return Uint8Array.from(atob(text.replaceAll('=', '')), (letter) => letter.charCodeAt(0))
}
