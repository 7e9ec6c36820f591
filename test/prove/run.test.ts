import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const script = new URL('run.ts', import.meta.url).pathname

function prove(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--conditions=@treadlight/source', script, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

test.each([
  [['crash', '--run', '5'], /^prove: Unknown option '--run'\n/],
  [['crush'], /^prove: there is no proof crush\n/],
  [['crash', '--runs', 'x'], /^prove: --runs x: must be a whole number\n/],
])('%j is answered with the usage', (args, message) => {
  const { code, err } = prove(...args)
  expect(code).toBe(1)
  expect(err).toMatch(message)
  expect(err).toContain('npm run prove -- NAME [--runs N]')
  expect(err).not.toContain('    at ')
})

test('what is run beside the runs that were asked for is said apart', () => {
  expect(prove('--help').err).toContain('1000 runs unless told otherwise, and the seeds that have failed once')
  const [, runs, added] = /^(\d+) runs \((\d+) seeds that have failed once among them\), /m.exec(prove('simulate', '--runs', '1').out) ?? []
  expect(Number(runs)).toBe(Number(added) + 1)
})
