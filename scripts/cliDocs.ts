// `npm run cli-docs` writes docs/cli.md from what the commands say of themselves.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command, CommandOption } from '../packages/collector/src/commands/command.ts'
import { commands } from '../packages/collector/src/commands/commands.ts'

const root = new URL('../', import.meta.url)

/** Where the page lies. */
export const cliPagePath: string = fileURLToPath(new URL('docs/cli.md', root))

/** The whole page. */
export function writeCliPage(): string {
  return `# The command line

<!-- Made by \`npm run cli-docs\` of the commands themselves; a test holds it to them. -->

\`\`\`sh
npx treadlight --help
npx treadlight prune --help
\`\`\`

print this page in pieces. Without a command it serves. In a checkout \`npx treadlight\` is \`node_modules/.bin/treadlight\` of that checkout, by its path from wherever else; the folder it is started in is where a config file and \`./data\` are looked for.

Every option that overrides a setting names it: what it means, and its variable, is in [configuration.md](configuration.md). The exit code is 0 where it worked, 1 where it did not, 130 after Ctrl-C; what goes wrong is said on standard error, with the remedy. Commands that look or change beside running collectors are safe there, but for a [text file](storage.md#one-text-file).

| command | does |
|---|---|
${commands.map(({ name, summary }) => `| [\`${name}\`](#${name}) | ${cell(summary)} |`).join('\n')}

${commands.map(describe).join('\n\n')}
`
}

function describe({ name, positionals, summary, details, options }: Command): string {
  const line = [`treadlight ${name}`, positionals, '[options]'].filter(Boolean).join(' ')
  const told = [`${summary}.`, details === undefined ? undefined : plain(details)].filter(Boolean)
  return [`## ${name}`, `\`${line}\``, ...told, ['| option | |', '|---|---|', ...options.map(row)].join('\n')].join('\n\n')
}

function row({ name, type, summary, setting }: CommandOption): string {
  const overrides = setting === undefined ? '' : ` (setting \`${setting}\`)`
  return `| \`--${name}${type === 'string' ? ' …' : ''}\` | ${cell(summary)}${overrides} |`
}

/** As one paragraph: help breaks its lines for terminals. */
function plain(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/[<>]/g, (sign) => `\\${sign}`)
}

function cell(text: string): string {
  return plain(text).replaceAll('|', '\\|')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(cliPagePath, writeCliPage())
  console.log(`Wrote ${cliPagePath}`)
}
