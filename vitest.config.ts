import type { ViteUserConfig } from 'vitest/config'

const source = '@treadlight/source'

const config: ViteUserConfig = {
  // Tests read the sources of every package, not their last build.
  resolve: { conditions: [source, 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: [source, 'node', 'import', 'module', 'default'], externalConditions: [source] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Two files at a time on small machines: browsers and collectors are processes of their own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}

export default config
