import type { Config, ResolvedSetting } from '../config.ts'

export interface CommandOption {
  name: string
  type: 'string' | 'boolean'
  summary: string
  /** May be repeated: the values come separated by commas. */
  multiple?: true
  /** What is between them instead, where values may have commas. @default ',' */
  separator?: string
  /** Path of the setting that this flag overrides. */
  setting?: string
}

interface CommandInput {
  config: Config
  values: Record<string, string | boolean | undefined>
  positionals: string[]
  /** Every setting by path, and where it came from. */
  settings: ReadonlyMap<string, ResolvedSetting>
}

/** One command of the CLI. */
export interface Command {
  name: string
  summary: string
  details?: string
  /** What it takes besides options, as shown by `--help`. */
  positionals?: string
  options: readonly CommandOption[]
  /** Answers the exit code. */
  run(input: CommandInput): Promise<number>
}

/** Where the hits are: every command that opens the store takes these. */
export const storageOptions: readonly CommandOption[] = [
  { name: 'driver', type: 'string', setting: 'storage.driver', summary: 'Storage driver (default fs)' },
  { name: 'data', type: 'string', setting: 'storage.base', summary: 'Folder of the fs driver (default ./data)' },
]
