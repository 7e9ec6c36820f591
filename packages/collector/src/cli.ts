import { inspect } from 'node:util'
import type { Command } from './commands/command.ts'
import { commands } from './commands/commands.ts'
import { helpFor, overview } from './commands/help.ts'
import { parseCommandLine } from './commands/parseCommandLine.ts'
import { serveCommand } from './commands/serve.ts'
import { ConfigError, resolveConfig, wantedLog, type Config } from './config.ts'
import { createSecretHider } from './hideSecrets.ts'
import { createConfiguredLog, createLog } from './log.ts'
import { isFullDisk } from './openStore.ts'
import { suggest } from './settings.ts'
import { version } from './version.ts'

/**
 * Runs a command line and answers the exit code.
 * @param args what stands behind `treadlight`
 */
export async function main(args: string[]): Promise<number> {
  const isCut = watchOutput()
  const code = await dispatch(args)
  return isCut() ? 1 : code
}

/**
 * Says once what becomes of what cannot be printed, and answers whether that was so. It ends nothing: a collector whose
 * log is full goes on counting, and what a command does is worth more than what it says of it.
 */
function watchOutput(): () => boolean {
  let isCut = false
  process.stdout.on('error', (error: Error & { code?: string }) => {
    // `treadlight doctor | head -1` is no failure.
    if (isCut || error.code === 'EPIPE') return
    isCut = true
    // It may come after everything else.
    process.exitCode = complain(`could not write to standard output: ${error.message}`)
  })
  // Then nobody can be told.
  process.stderr.on('error', () => undefined)
  return () => isCut
}

async function dispatch(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') return print(version)
  if (name === '--help' || name === '-h' || name === 'help') return print(overview())
  // `npx treadlight` alone serves: one command hosts it.
  const isOption = name === undefined || name.startsWith('-')
  const command = isOption ? serveCommand : commands.find((known) => known.name === name)
  if (!command) return complain(`there is no command ${name}; there are ${commands.map((known) => known.name).join(', ')}`)
  return run(command, isOption ? args : rest)
}

async function run(command: Command, args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) return print(helpFor(command))
  let parsed
  try {
    parsed = parseCommandLine(command, args)
  } catch (error) {
    return complain(`${describeArguments(error as Error, command)}; see treadlight ${command.name} --help`)
  }
  const values = Object.fromEntries(Object.entries(parsed.values).map(([name, value]) => [name, Array.isArray(value) ? value.join(separatorOf(command, name)) : value]))
  const flags = Object.fromEntries(
    command.options.flatMap(({ name, setting }) => (setting ? [[setting, values[name] as string | undefined]] : [])),
  )
  let config: Config | undefined
  try {
    const resolved = await resolveConfig({ flags })
    config = resolved.config
    return await command.run({ config, values, positionals: parsed.positionals, settings: resolved.settings })
  } catch (error) {
    // Who reads what a command prints may be gone.
    if ((error as { code?: string }).code === 'EPIPE') return 0
    if (command === serveCommand && (config?.log ?? (await wantedLog())) === 'json') return logFailure(config, error)
    const hide = config === undefined ? (text: string) => text : createSecretHider(config.storage)
    return complain(`${hide(messageOf(error))}${isFullDisk(error) ? '; docs/storage.md says how (“A full disk”)' : ''}`)
  }
}

function separatorOf({ options }: Command, name: string): string {
  return options.find((option) => option.name === name)?.separator ?? ','
}

/** In one line. Its second sentence is for positionals, which most commands lack; but ids may begin with a dash. */
function describeArguments({ message }: Error, { options }: Command): string {
  const said = message.includes('ambiguous') ? message.replaceAll('\n', ' ').replace(/\.$/, '') : message.split('. ')[0]!
  const unknown = /^Unknown option '--([\w-]+)'/.exec(message)?.[1]
  return unknown === undefined ? said : `${said}; ${suggest(unknown, options.map(({ name }) => name), '--')}`
}

/** Who reads JSON reads nothing else. */
function logFailure(config: Config | undefined, error: unknown): number {
  const log = config === undefined ? createLog({ format: 'json', hide: (text) => text }) : createConfiguredLog(config)
  log.error(error)
  return 1
}

/** Our own errors say all there is to say; of others, where they come from. */
function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const own = error instanceof Error && /^\[treadlight ([\w-]+)\] (.*)$/s.exec(error.message)
  return own ? `${own[1]}: ${own[2]}` : inspect(error)
}

function print(text: string): number {
  console.log(text)
  return 0
}

function complain(text: string): number {
  console.error(`treadlight: ${text}`)
  return 1
}
