/**
 * For the `catch` of a dynamic import: the client libraries of the storage drivers are optional peers, so that nobody
 * installs what they do not use. Written as `import(…).catch(…)`, bundlers take a missing one for a warning, not an error.
 *
 * @throws Error with one line that names what to install
 * @example
 * const { Redis } = await import('ioredis').catch(missingPeer('redis', 'ioredis'))
 */
export function missingPeer(driver: string, library: string, what = 'storage driver'): (cause: unknown) => never {
  return (cause) => {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    const problem = missing ? `needs ${library}:` : `cannot load ${library}, install it anew:`
    throw new Error(`[treadlight store] ${what} ${driver} ${problem} npm install ${library}`, { cause })
  }
}
