import { version } from '../version.ts'
import type { Command } from './command.ts'
import { commands } from './commands.ts'

/** What `treadlight --help` says. */
export function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    `treadlight ${version}: web analytics that one tag adds and one command hosts`,
    '',
    'treadlight [command] [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Without a command it serves. treadlight <command> --help says more.',
  ].join('\n')
}

/** What `treadlight NAME --help` says. */
export function helpFor({ name, positionals, summary, details, options }: Command): string {
  const width = Math.max(...options.map((option) => option.name.length), 'help'.length)
  const lines = options.map((option) => `  --${option.name.padEnd(width)}  ${option.summary}`)
  return [
    `treadlight ${name}${positionals ? ` ${positionals}` : ''} [options]`,
    '',
    summary,
    ...(details ? ['', details] : []),
    '',
    ...lines,
    `  --${'help'.padEnd(width)}  Says this`,
  ].join('\n')
}
