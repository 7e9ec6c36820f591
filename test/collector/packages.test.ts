import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

// What is published, and what it brings along.

const root = new URL('../../', import.meta.url).pathname
const published = ['protocol', 'store', 'tracker', 'server', 'destinations', 'collector']

/** Whom a collector trusts besides us; each more is somebody who could be bought. */
const trusted = ['bowser', 'countries-and-timezones', 'h3', 'hyparquet', 'hyparquet-writer', 'ipaddr.js', 'isbot', 'papaparse', 'parse5', 'srvx', 'yauzl']

describe('input 34: packages', () => {
  test.each(published)('%s holds its sources, what is built of them, and nothing else', (name) => {
    const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: `${root}packages/${name}`, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [{ files: { path: string }[] }]
    const allowed = /^(?:LICENSE|README\.md|package\.json|bin\/treadlight\.mjs|src\/[\w./-]+\.(?:ts|mts|mjs|tsx|css|html)|dist\/[\w./-]+\.(?:mjs|js|json|d\.ts|d\.mts|map))$/
    expect(files.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([])
    expect(files.length).toBeGreaterThan(3)
  })

  test.each(published)('%s runs nothing where it is installed', (name) => {
    const { scripts = {} } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')) as { scripts?: Record<string, string> }
    expect(Object.keys(scripts).filter((script) => /^(?:pre|post)?(?:install|prepare)$/.test(script))).toEqual([])
  })

  test('the collector depends on few, in versions that are pinned and locked', () => {
    const { dependencies } = JSON.parse(readFileSync(`${root}packages/collector/package.json`, 'utf8')) as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies).filter((name) => !name.startsWith('@treadlight/'))).toEqual(trusted)
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(existsSync(`${root}package-lock.json`)).toBe(true)
  })
})
