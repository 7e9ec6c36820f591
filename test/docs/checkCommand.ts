import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../../packages/collector/src/commands/command.ts'
import { commands } from '../../packages/collector/src/commands/commands.ts'
import { parseCommandLine } from '../../packages/collector/src/commands/parseCommandLine.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { root } from './documents.ts'
import type { ShellCommand } from './shell.ts'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> }
/** Each list of what a script can be asked for, by the script. */
const parts: Readonly<Record<string, string>> = { bench: 'bench/about.ts', prove: 'test/prove/proofs.ts' }

/**
 * What stands behind `treadlight` on a command line, whoever starts it; undefined for other programs.
 */
export function treadlightArguments(words: readonly string[]): readonly string[] | undefined {
  const [program = '', second, third] = words
  if (program === 'treadlight' || program.endsWith('/treadlight')) return words.slice(1)
  if (program === 'npx' && second === 'treadlight') return words.slice(2)
  if (program === 'bunx' && second === '--bun' && third === 'treadlight') return words.slice(3)
  if (program === 'deno' && second === 'run') return words.slice(words.indexOf('npm:treadlight') + 1)
  if (program === 'docker' && words.includes('exec')) return treadlightArguments(words.slice(words.indexOf('exec') + 2))
  if (program === 'systemd-run') return treadlightArguments(words.slice(words.findIndex((word) => word.endsWith('.bin/treadlight'))))
  return undefined
}

/** The command that arguments name, and what is left for it. */
export function commandOf(args: readonly string[]): [Command | undefined, string[]] {
  const [name] = args
  const isServed = name === undefined || name.startsWith('-')
  return [commands.find((command) => command.name === (isServed ? 'serve' : name)), args.slice(isServed ? 0 : 1)]
}

/** What is wrong with a call of the CLI, as its own parser of arguments says it; undefined for nothing. */
export function complainOfTreadlight(args: readonly string[]): string | undefined {
  const [command, rest] = commandOf(args)
  if (args[0] === '--version' || args[0] === '--help') return undefined
  if (command === undefined) return `there is no command ${args[0]}`
  if (rest.includes('--help')) return undefined
  try {
    const { positionals } = parseCommandLine(command, rest)
    return complainOfAction(command, positionals[0])
  } catch (error) {
    return (error as Error).message.split('\n')[0]
  }
}

/** Of `create | list | revoke ID` the first words; of `[STEP …]` none, since anything may stand there. */
function complainOfAction({ name, positionals = '' }: Command, action: string | undefined): string | undefined {
  const known = positionals.split(' | ').map((form) => form.split(' ')[0]!)
  if (!known.every((word) => /^[a-z]+$/.test(word)) || known[0] === '') return undefined
  return action !== undefined && known.includes(action) ? undefined : `${name} takes one of ${positionals}, and not ${String(action)}`
}

/** What is wrong with a call of npm. */
export function complainOfNpm([, action = '', ...rest]: readonly string[]): string | undefined {
  if (action === 'ci') return undefined
  if (action === 'install') return rest.map(complainOfPackage).find((complaint) => complaint !== undefined)
  const script = action === 'run' ? rest.find((word) => !word.startsWith('-')) : action
  if (script === undefined || manifest.scripts[script] === undefined) return `package.json has no script ${String(script)}`
  const list = parts[script]
  const wanted = rest[rest.indexOf('--') + 1]
  if (list === undefined || !rest.includes('--') || wanted === undefined || wanted.startsWith('-') || wanted === 'all' || wanted === 'NAME') return undefined
  return new RegExp(`^  (?:'${wanted}'|${wanted}): `, 'm').test(readFileSync(join(root, list), 'utf8')) ? undefined : `${list} has no ${wanted}`
}

/** A folder that there is below a checkout, or a package that the lock file knows. */
function complainOfPackage(name: string): string | undefined {
  const [, folder] = /^\.\.\/treadlight\/(.*)/.exec(name) ?? []
  const isThere = folder === undefined ? Object.keys(packages).some((path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`)) : existsSync(join(root, folder))
  return isThere ? undefined : `there is no package ${name}`
}

/** What is wrong with the files of the repository that a command names. */
export function complainOfFiles(words: readonly string[]): string | undefined {
  const missing = words.find((word) => /^(?:deploy|scripts|packages|test)\//.test(word) && !existsSync(join(root, word)))
  return missing === undefined ? undefined : `there is no ${missing}`
}

/** What the collector says of variables that are set; only its own are looked at. */
export async function complainOfVariables({ env }: Pick<ShellCommand, 'env'>): Promise<string | undefined> {
  const own = Object.entries(env).filter(([name]) => /^TREADLIGHT_(?!(?:TO|FROM)_|TOKEN$|PASSWORD$)|^(?:HOST|PORT)$/.test(name))
  try {
    await resolveConfig({ env: Object.fromEntries(own.map(([name, value]) => [name, value.replace('…', 'x')])), given: {} })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
