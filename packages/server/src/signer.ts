import { minSecretLength } from '@treadlight/protocol'

/** Signs the values of cookies, each for its name. */
export interface Signer {
  /** `value.mac`, for a value without a dot. */
  sign(name: string, value: string): Promise<string>
  /** The value, where the signature is right. */
  open(name: string, signed: string): Promise<string | undefined>
}

/**
 * HMAC-SHA-256 as base64url, by WebCrypto.
 * @throws RangeError for a secret that is too short
 */
export function createSigner(secret: string): Signer {
  if (typeof secret !== 'string' || secret.length < minSecretLength)
    throw new RangeError(`[treadlight server] secret must have at least ${minSecretLength} characters: make one with openssl rand -base64 32`)
  let key: Promise<CryptoKey> | undefined
  const imported = (): Promise<CryptoKey> =>
    (key ??= crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']))
  // The words before it keep a mac made for something else with the same secret from being one of these.
  const textOf = (name: string, value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`treadlight-cookie.${name}=${value}`)

  return {
    async sign(name, value) {
      return `${value}.${encodeBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', await imported(), textOf(name, value))))}`
    },
    async open(name, signed) {
      const [value = '', mac = '', ...rest] = signed.split('.')
      // 32 bytes are 43 letters, of which the last one holds 4 bits: one spelling alone is right.
      if (rest.length > 0 || !/^[\w-]{42}[AEIMQUYcgkosw048]$/.test(mac)) return undefined
      return (await crypto.subtle.verify('HMAC', await imported(), decodeBase64url(mac), textOf(name, value))) ? value : undefined
    },
  }
}

function encodeBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
