import type { ViteUserConfig } from 'vitest/config'
import base from './vitest.shared.ts'

/** What needs apps that are built with other people's frameworks: run by `scripts/testFrameworks.ts`, which builds them. */
const config: ViteUserConfig = {
  ...base,
  test: { ...base.test, testTimeout: 60_000, include: ['test/frameworks/*.test.ts'], exclude: ['**/node_modules/**'] },
}

export default config
