/** Whether a host's name or address is the asking machine itself, with or without the brackets of IPv6; as the tracker's `isIgnored` tells it. */
export function isOwnMachine(host: string): boolean {
  return /^(localhost|127[.\d]+|::1|\[::1])$/.test(host)
}
