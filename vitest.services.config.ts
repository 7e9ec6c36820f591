import type { ViteUserConfig } from 'vitest/config'
import base from './vitest.shared.ts'

const source = '@treadlight/source'

/** Minutes that `.ci/run` has not: `npm run test:services` at a desk has them. */
const long = ['builtRows', 'histories', 'hitStore', 'portable', 'randomQuestions'].map((name) => `test/services/clickhouse/${name}.test.ts`)
const left = process.env['CI'] ? [...long, 'test/services/image.test.ts'] : []

/** What needs a server that is no part of this checkout: run by `scripts/testServices.ts`, which starts them. */
const config: ViteUserConfig = {
  ...base,
  // Vitest hands these on to Node, for which `import` would hold in a require too, and pg's parts are told apart by it.
  ssr: { resolve: { conditions: [source], externalConditions: [source] } },
  test: { ...base.test, include: ['test/services/**/*.test.ts'], exclude: ['**/node_modules/**', ...left] },
}

export default config
