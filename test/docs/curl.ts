/** A request as curl would make it. */
export interface CurlRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  /** Whether it brings the cookies of a file. */
  hasCookies: boolean
}

const withValue = new Set(['-X', '--request', '-H', '--header', '-d', '--data', '-b', '--cookie', '-A', '--user-agent', '--max-time', '-o', '-w', '-e'])
const alone = /^-[sSifOJLkv]+$|^--(?:fail|silent|compressed)$/

/**
 * Reads the command line of curl, as far as documents use it.
 * @param words what stands there, the program first
 * @throws Error naming an option that this does not know
 */
export function readCurl([, ...words]: readonly string[]): CurlRequest {
  const request: CurlRequest = { method: 'GET', url: '', headers: {}, hasCookies: false }
  const data: string[] = []
  let method: string | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    if (!word.startsWith('-')) request.url = word
    else if (withValue.has(word)) {
      const value = words[++index] ?? ''
      if (word === '-X' || word === '--request') method = value
      else if (word === '-H' || word === '--header') request.headers[value.slice(0, value.indexOf(':')).toLowerCase()] = value.slice(value.indexOf(':') + 1).trim()
      else if (word === '-d' || word === '--data') data.push(value)
      else if (word === '-b' || word === '--cookie') request.hasCookies = true
      else if (word === '-A' || word === '--user-agent') request.headers['user-agent'] = value
    } else if (!alone.test(word)) throw new Error(`this test does not know curl’s option ${word}`)
  }
  if (data.length > 0) {
    request.body = data.join('&')
    request.headers['content-type'] ??= 'application/x-www-form-urlencoded'
  }
  request.method = method ?? (data.length > 0 ? 'POST' : 'GET')
  return request
}
