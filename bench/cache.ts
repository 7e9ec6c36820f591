import { fileURLToPath } from 'node:url'

/** Where what benches install on demand is kept between two runs. @param name a folder in it */
export function cacheFolder(name: string): string {
  return fileURLToPath(new URL(`../node_modules/.cache/treadlight/${name}`, import.meta.url))
}
