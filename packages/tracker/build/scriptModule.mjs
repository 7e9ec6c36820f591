import { createHash } from 'node:crypto'

/**
 * Rollup plugin that puts a module beside the script: its text and its integrity as strings, so that
 * any runtime can serve it without a file system. Declared in src/script.d.ts.
 */
export function scriptModule(fileName) {
  return {
    name: 'script-module',
    generateBundle: {
      // After terser, or the hash is of another text.
      order: 'post',
      handler(_, bundle) {
        const { code } = Object.values(bundle).find((file) => file.isEntry)
        const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`
        this.emitFile({
          type: 'asset',
          fileName,
          source: `export const script = ${JSON.stringify(code)}\nexport const integrity = ${JSON.stringify(integrity)}\n`,
        })
      },
    },
  }
}
