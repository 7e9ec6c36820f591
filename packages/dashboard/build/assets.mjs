// Rollup plugins that turn the page into one module of strings, for runtimes without a file system.
import { readFileSync } from 'node:fs'

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * uPlot makes a number format of `navigator.language` as it loads, and browsers without a language (WebKitGTK under LANG=C
 * says `C`) throw there: the page would stay empty. The page formats its numbers itself.
 */
export function defaultLocale() {
  const language = "domEnv ? nav.language : 'en-US'"
  return {
    name: 'default-locale',
    transform(code, id) {
      if (!id.includes('/uplot/') || !id.endsWith('.js')) return null
      if (!code.includes(language)) this.error('uPlot has changed: look whether it still asks for navigator.language')
      return { code: code.replace(language, 'undefined'), map: null }
    },
  }
}

/** Gathers the CSS that the entry imports, in that order, into one emitted `app.css`. */
export function gatherCss() {
  const sheets = new Map()
  return {
    name: 'gather-css',
    transform(code, id) {
      if (!id.endsWith('.css')) return null
      sheets.set(id, code)
      return { code: '', map: null }
    },
    generateBundle(_, bundle) {
      const entries = Object.values(bundle).filter((file) => file.isEntry)
      const order = entries.flatMap((entry) => this.getModuleInfo(entry.facadeModuleId).importedIds)
      const sheet = order.map((id) => sheets.get(id) ?? '').join('\n')
      this.emitFile({ type: 'asset', name: 'app.css', source: tightenCss(sheet) })
    },
  }
}

/**
 * Replaces everything that rollup would write by `assets.mjs`. In the HTML template the file names
 * `app.js`, `app.css` and `mark.svg` give way to those with a hash.
 */
export function assetModule({ template, icon }) {
  return {
    name: 'asset-module',
    buildStart() {
      this.addWatchFile(template)
      this.emitFile({ type: 'asset', name: 'mark.svg', source: readFileSync(icon, 'utf8') })
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.values(bundle)
        let html = readFileSync(template, 'utf8')
        for (const file of files) html = html.replace(plainName(file.fileName), file.fileName)

        const assets = { 'index.html': { type: types.html, body: html, immutable: false } }
        for (const file of files) {
          delete bundle[file.fileName]
          const type = types[file.fileName.split('.').at(-1)]
          assets[file.fileName] = { type, body: file.code ?? String(file.source), immutable: true }
        }
        this.emitFile({
          type: 'asset',
          fileName: 'assets.mjs',
          source: `export const assets = ${JSON.stringify(assets, null, 1)}\n`,
        })
      },
    },
  }
}

/** `assets/app-Dx3f_9a.js` → `app.js` */
function plainName(fileName) {
  return fileName.replace(/^assets\//, '').replace(/-[\w-]{8}\./, '.')
}

/** Comments and indents away; the rest is brotli's work. */
function tightenCss(sheet) {
  return sheet.replace(/\/\*[^]*?\*\//g, '').replace(/\s*\n\s*/g, '\n').trim()
}
