/** An image that a protocol answers, byte for byte as its product does. */
export function pixelOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}
