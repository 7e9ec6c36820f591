import { build } from 'esbuild'
import * as shipped from '@treadlight/destinations'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'

/** What a bundler makes of an import of ours. @throws where it needs anything of Node.js */
async function bundle(names: string, from = '@treadlight/destinations'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from '${from}'`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    conditions: ['@treadlight/source'],
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

const names = Object.keys(shipped)

test('all destinations run where there is no Node.js: Workers, Deno, Bun', async () => {
  expect(await bundle(names.join(', '))).not.toMatch(/\bfrom\s*"|import\s*\(|require\s*\(|process\.|Buffer\b/)
})

test('files need it, and are a way in of their own', async () => {
  await expect(bundle('ndjsonFile', '@treadlight/destinations/file')).rejects.toThrow('node:fs/promises')
})

/** Bytes after brotli 11 of each, imported alone: today's, so that none drags in another's. Who exceeds one raises it here. */
const budgets: Record<string, number> = {
  ga4: 3147,
  universalAnalytics: 3701,
  matomo: 2387,
  plausible: 1605,
  umami: 2035,
  treadlight: 2827,
  elasticsearch: 1834,
  webhook: 1519,
  print: 908,
  discard: 866,
  defineDestination: 465,
  verifyWebhook: 635,
  classifyStatus: 354,
}

test.each(names)('%s brings along only what it needs', async (name) => {
  const code = await bundle(name)
  expect(brotliCompressSync(code).length).toBeLessThanOrEqual(budgets[name]!)
})
