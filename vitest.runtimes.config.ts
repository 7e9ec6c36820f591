import type { ViteUserConfig } from 'vitest/config'
import base from './vitest.shared.ts'

/** The collector on each runtime: run by `scripts/testRuntimes.ts`, which has them. The packages are those that were built. */
const config: ViteUserConfig = {
  ...base,
  test: { ...base.test, include: ['test/runtimes/*.test.ts'], exclude: ['**/node_modules/**'] },
}

export default config
