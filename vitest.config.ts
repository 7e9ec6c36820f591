import type { ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = '@treadlight/source'

/** Files that take the longest, which their size does not tell: begun last, one of them would keep one worker busy alone for minutes. */
const longest = ['prove/mutants', 'collector/storageCommands', 'store/histories', 'browsers/tracker', 'browsers/serverView', 'prove/simulate', 'kept/keptHistories', 'dashboard/access', 'prove/faults', 'prove/crash', 'prove/browsers']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.includes(`/test/${name}`) || moduleId.includes(`/${name}.`))
      return place === -1 ? longest.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

const config: ViteUserConfig = {
  // Tests read the sources of every package, not their last build.
  resolve: { conditions: [source, 'node', 'module'] },
  ssr: { resolve: { conditions: [source, 'node', 'module'], externalConditions: [source] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Those need Redis and PostgreSQL, `npm run test:services`, or frameworks, `npm run test:frameworks`.
    exclude: ['test/services/**', 'test/frameworks/**'],
    // Two files at a time on small machines: browsers and collectors are processes of their own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A shared machine may hold up a browser for a second; vitest says which test needed its second try. Not at a
    // desk: there a race is to be seen.
    retry: process.env['CI'] ? 1 : 0,
  },
}

export default config
