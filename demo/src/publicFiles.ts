import { readdirSync, readFileSync } from 'node:fs'
import { extname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PublicFile {
  /** For `content-type`. */
  type: string
  body: string
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
}

// `src` and `dist` are both one step below the package.
const folder = fileURLToPath(new URL('../public/', import.meta.url))

/** What `demo/public` holds, by path: `/demo/shop/` for `shop/index.html`. */
export function readPublicFiles(): Map<string, PublicFile> {
  const files = new Map<string, PublicFile>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[extname(name)]
    if (type) files.set(pathOf(name), { type, body: readFileSync(folder + name, 'utf8') })
  }
  return files
}

function pathOf(name: string): string {
  return `/demo/${name.replaceAll(sep, '/').replace(/(^|\/)index\.html$/, '$1')}`
}
