import { signUser, verifyUser } from '@treadlight/protocol'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { presets } from '../../packages/collector/src/settings/presets.ts'
import { privacySettings } from '../../packages/collector/src/settings/privacy.ts'

const page = await readFile(new URL('../../docs/privacy.md', import.meta.url), 'utf8')
const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'

describe('docs/privacy.md', () => {
  test.each(Object.entries(privacySettings))('names %s, its environment variables and its default', (path, { env, fallback }) => {
    const value = fallback()
    const told = Array.isArray(value) ? 'none' : String(value)
    expect(page).toContain(`\n| \`${path}\` | ${env.map((name) => `\`${name}\``).join(', ')} | ${told} | `)
  })

  test.each(Object.entries(presets).flatMap(([name, rules]) => Object.keys(rules).map((path) => [name, path])))('says what %s makes of %s', (_, path) => {
    const table = page.slice(page.indexOf('## Presets'), page.indexOf('## Your own visits'))
    expect(table.includes(`\`${path}\``) || table.includes(`\`${path!.split('.')[0]}.*\``)).toBe(true)
  })

  test('its example of signUser signs', async () => {
    const example = /^const token = (await signUser\(.*\))$/m.exec(page)?.[1]
    const run = new Function('signUser', 'account', 'session', 'secret', `return (async () => ${example})()`) as (...args: unknown[]) => Promise<string>
    const token = await run(signUser, { id: 'ada' }, { id: 's' }, secret)
    expect(await verifyUser(token, { secrets: [secret], time: Date.now() })).toMatchObject({ claims: { user: 'ada', session: 's' } })
  })
})
