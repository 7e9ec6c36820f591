/**
 * Whether this is Node.js itself. Other runtimes have node:http by now and call their release `node`, but not all ask the
 * lookup that they are given: Bun and Deno name themselves among the versions, Workers as the agent.
 */
export function isNode(): boolean {
  if (typeof process === 'undefined' || process.release?.name !== 'node') return false
  return !('bun' in process.versions || 'deno' in process.versions) && !isWorkers()
}

/** Whether this is Cloudflare’s runtime. */
export function isWorkers(): boolean {
  return globalThis.navigator?.userAgent === 'Cloudflare-Workers'
}

export function isBun(): boolean {
  return 'bun' in process.versions
}
