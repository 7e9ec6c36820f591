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
  [['--without', 'crush'], /^prove: there is no proof crush\n/],
  [['--runs', '5'], /^prove: --runs: of which part\? Name one\n/],
  [['browsers', '--engine', 'firefox', '--record'], /^prove: --record: takes whole runs/],
])('%j is answered with the usage', (args, message) => {
  const { code, err } = prove(...args)
  expect(code).toBe(1)
  expect(err).toMatch(message)
  expect(err).toContain('npm run prove -- NAME [--runs N]')
  expect(err).not.toContain('    at ')
}, 120_000)

// Each is a process that loads all parts.
test('a part says what it has tried, the seed, the bound, and apart from it what was run beside the runs that were asked for', () => {
  const { code, out } = prove('simulate', '--runs', '1', '--seed', '7')
  const [, schedules] = /^✓ simulate: (\d+) schedules, [\d,]+ hits: 0 lost, 0 twice, 0 server errors, 0 page errors; fails in fewer than \d+ % of schedules and [\d.]+ % of hits \(95 %\); seed 7, \d+ s$/m.exec(out) ?? []
  const [, added] = /^ {2}among them (\d+) seeds that have failed once$/m.exec(out) ?? []
  expect(Number(schedules)).toBe(Number(added) + 1)
  expect(code).toBe(0)
}, 120_000)

test('--json is one object', () => {
  expect(JSON.parse(prove('simulate', '--runs', '0', '--seed', '7', '--json').out)).toMatchObject({ name: 'simulate', runs: expect.any(Number), hits: expect.any(Number), lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed: 7 })
}, 120_000)
