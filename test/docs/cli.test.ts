import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from '../../packages/collector/src/commands/commands.ts'
import { helpFor } from '../../packages/collector/src/commands/help.ts'
import { cliPagePath, writeCliPage } from '../../scripts/cliDocs.ts'

test('docs/cli.md is what npm run cli-docs writes', () => {
  expect(readFileSync(cliPagePath, 'utf8')).toBe(writeCliPage())
})

test('help and page say every option', () => {
  const page = readFileSync(cliPagePath, 'utf8')
  for (const command of commands) {
    const [, section = ''] = new RegExp(`\\n## ${command.name}\\n([^]*?)(?:\\n## |$)`).exec(page) ?? []
    for (const { name } of command.options) expect([section.includes(`\`--${name}`), helpFor(command).includes(`--${name} `)]).toEqual([true, true])
  }
})
