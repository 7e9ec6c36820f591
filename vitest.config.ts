import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'
import shared from './vitest.shared.ts'

/** What a test does to its process that others there would feel. */
const touchesProcess = /\bvi\.(?:mock|doMock|stub|spyOn|useFakeTimers|resetModules)|@vitest-environment|\bprocess\.(?:env\[|chdir|on\(|once\(|memoryUsage|cpuUsage)/

/** Takes minutes, so it is not to be the last that begins. */
const long = ['collector/storageCommands.test.ts']

/**
 * Most tests share a process with others: to load the sources anew for each file takes as long as the tests do. Those that change
 * what others would see have one of their own, and so has what needs a browser.
 */
const apart = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => name.includes('.browser.') || long.includes(name) || touchesProcess.test(readFileSync(join('test', name), 'utf8')))
  .map((name) => `test/${name}`)

// Those need Redis and PostgreSQL, `npm run test:services`, frameworks, `npm run test:frameworks`, or runtimes, `npm run test:runtimes`.
const elsewhere = ['test/services/**', 'test/frameworks/**', 'test/runtimes/**']
// What tries the proofs themselves, and every command of the documents, takes minutes: at a desk.
if (process.env['CI']) elsewhere.push('test/prove/mutants.test.ts', 'test/docs/commands.test.ts')

const config: ViteUserConfig = {
  ...shared,
  test: {
    ...shared.test,
    projects: [
      { extends: true, test: { name: 'apart', include: apart, exclude: elsewhere } },
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: [...elsewhere, ...apart], isolate: false } },
    ],
  },
}

export default config
