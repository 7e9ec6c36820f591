/** PHP, which Matomo is written in, reads no more of one request. */
const most = 1000

/** The parameters of a query or a form, the first thousand of them: each is looked for many times. */
export function readParams(text: string): URLSearchParams {
  let end = -1
  for (let count = 0; count < most; count++) {
    end = text.indexOf('&', end + 1)
    if (end === -1) return new URLSearchParams(text)
  }
  return new URLSearchParams(text.slice(0, end))
}
