import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** Bytes of what a browser loads: minified, gzip -9, brotli 11. */
export interface Weight {
  name: string
  min: number
  gzip: number
  brotli: number
}

/** As it is. */
export function weigh(name: string, code: Buffer): Weight {
  return { name, min: code.length, gzip: gzipSync(code, { level: 9 }).length, brotli: brotliCompressSync(code).length }
}

/** What a site's own bundler makes of an import: unused exports shaken out, minified, dependencies included. */
export async function bundle(code: string): Promise<Buffer> {
  const build = await rollup({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? code : null),
      },
      nodeResolve({ browser: true }),
    ],
  })
  const { output } = await build.generate({ format: 'es', plugins: [terser({ module: true, ecma: 2020, compress: { passes: 3 } })] })
  await build.close()
  return Buffer.from(output[0].code)
}
