import { afterEach, expect, test, vi } from 'vitest'
import { isNode } from '../../../packages/collector/src/installation/isNode.ts'

afterEach(() => vi.unstubAllGlobals())

const release = { name: 'node' }

// What each says of itself, with the modules of Node.js switched on.
test.each<[runtime: string, process: unknown, agent: string | undefined, expected: boolean]>([
  ['Node.js 20', { release, versions: { node: '20.20.2' } }, undefined, true],
  ['Node.js 24', { release, versions: { node: '24.1.0' } }, 'Node.js/24', true],
  ['Bun', { release, versions: { node: '24.3.0', bun: '1.3.0' } }, 'Bun/1.3.0', false],
  ['Deno', { release, versions: { node: '24.2.0', deno: '2.5.0' } }, 'Deno/2.5.0', false],
  ['Workers with nodejs_compat', { release, versions: { node: '22.19.0' } }, 'Cloudflare-Workers', false],
  ['Workers', undefined, 'Cloudflare-Workers', false],
])('%s', (_, process, agent, expected) => {
  vi.stubGlobal('process', process)
  vi.stubGlobal('navigator', agent === undefined ? undefined : { userAgent: agent })
  const answer = isNode()
  vi.unstubAllGlobals()
  expect(answer).toBe(expected)
})
