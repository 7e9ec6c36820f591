import type { ViteUserConfig } from 'vitest/config'
import base from './vitest.shared.ts'

const source = '@treadlight/source'

/** What needs a server that is no part of this checkout: run by `scripts/testServices.ts`, which starts them. */
const config: ViteUserConfig = {
  ...base,
  // Vitest hands these on to Node, for which `import` would hold in a require too, and pg's parts are told apart by it.
  ssr: { resolve: { conditions: [source], externalConditions: [source] } },
  test: { ...base.test, include: ['test/services/**/*.test.ts'], exclude: ['**/node_modules/**'] },
}

export default config
