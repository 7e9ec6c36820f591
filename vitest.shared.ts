import type { ViteUserConfig } from 'vitest/config'

const source = '@treadlight/source'

/** What all tests have in common. */
const config: ViteUserConfig = {
  // Tests read the sources of every package, not their last build.
  resolve: { conditions: [source, 'node', 'module'] },
  ssr: { resolve: { conditions: [source, 'node', 'module'], externalConditions: [source] } },
  test: {
    // One more than small machines have cores: who waits for a browser or a collector leaves them to others.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A shared machine may hold up a browser for a second; vitest says which test needed its second try. Not at a
    // desk: there a race is to be seen.
    retry: process.env['CI'] ? 1 : 0,
  },
}

export default config
