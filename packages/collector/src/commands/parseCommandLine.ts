import { parseArgs } from 'node:util'
import type { Command } from './command.ts'

/** What stands behind a command's name, as parseArgs of Node.js hands it over. */
export interface CommandLine {
  values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  positionals: string[]
}

/**
 * Reads what stands behind a command's name.
 * @throws Error of parseArgs for an option that the command does not have, or one without its value
 */
export function parseCommandLine({ options, positionals }: Command, args: string[]): CommandLine {
  const known = Object.fromEntries(options.map(({ name, type, multiple = false }) => [name, { type, multiple }]))
  return parseArgs({ args, options: known, allowPositionals: positionals !== undefined })
}
