import { readdirSync, readFileSync } from 'node:fs'
import type { ViteUserConfig } from 'vitest/config'
import base from './vitest.shared.ts'

const source = '@treadlight/source'

/**
 * Stryker works on a copy of the checkout whose node_modules are the checkout's own, and those lead to the sources there: the
 * copy's have to be named.
 */
const alias = readdirSync('packages').flatMap((name) => {
  const { name: id, exports } = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as { name: string; exports: Record<string, Record<string, string> | string> }
  return Object.entries(exports).flatMap(([path, target]) => {
    const file = typeof target === 'string' ? undefined : target[source]
    if (file === undefined) return []
    return [{ find: new RegExp(`^${(id + path.slice(1)).replaceAll('.', String.raw`\.`)}$`), replacement: `${process.cwd()}/packages/${name}/${file.slice(2)}` }]
  })
})

/** Tests that look for mutants: `npm run mutate` names them, one file or folder a space. */
const config: ViteUserConfig = {
  ...base,
  resolve: { ...base.resolve, alias },
  test: { ...base.test, include: (process.env['MUTATE_TESTS'] ?? 'test/protocol/*.test.ts').split(' '), retry: 0, maxWorkers: 1, testTimeout: 120_000 },
}

export default config
