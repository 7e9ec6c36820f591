/**
 * Where a system is, as its owner has it, with the path that its protocol adds.
 *
 * @throws TypeError for what is no URL over HTTP, and for one with a password: it would stand in logs
 */
export function endpointOf(destination: string, url: string, path = ''): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') throw new TypeError(`[treadlight destinations] ${destination}: url must begin with https:// or http://`)
  if (parsed.username || parsed.password) throw new TypeError(`[treadlight destinations] ${destination}: url must be without a name and a password: they have options of their own`)
  if (path !== '') parsed.pathname = parsed.pathname.replace(/\/+$/, '') + path
  return parsed.href
}
