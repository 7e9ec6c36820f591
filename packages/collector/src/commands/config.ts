import type { ResolvedSetting } from '../config.ts'
import { describePrivacy, printPrivacy } from '../privacy/describePrivacy.ts'
import { showSettings } from '../showSettings.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight config`: what is set, and where. */
export const configCommand: Command = {
  name: 'config',
  summary: 'Prints every setting, and where it comes from',
  details: 'Flags count before the environment, that before the config file in this folder, that before defaults. Secrets are not shown.',
  options: [
    { name: 'privacy', type: 'boolean', summary: 'Prints what they mean for visitors, in sentences, as the collector’s page /privacy has it' },
    { name: 'json', type: 'boolean', summary: 'Prints { settings: { NAME: { value, from } } }; with --privacy, its sections' },
    { name: 'port', type: 'string', setting: 'port', summary: 'As serve has it, like all that follow' },
    { name: 'host', type: 'string', setting: 'host', summary: 'Address to listen on' },
    { name: 'timezone', type: 'string', setting: 'timezone', summary: 'Where the site’s days begin' },
    ...storageOptions,
  ],
  async run({ config, values, settings }) {
    if (values['privacy'] === true) {
      const sections = describePrivacy(config)
      console.log(values['json'] === true ? JSON.stringify({ sections }, null, 2) : printPrivacy(sections))
      return 0
    }
    const shown = showSettings(config, settings)
    if (values['json'] === true) console.log(JSON.stringify({ settings: shown }, null, 2))
    else console.log(table(Object.entries(shown)))
    return 0
  },
}

function table(settings: readonly (readonly [string, ResolvedSetting])[]): string {
  const rows = settings.map(([path, { value, from }]) => [path, text(value), from] as const)
  const widths = [0, 1].map((column) => Math.min(48, Math.max(...rows.map((row) => row[column]!.length))))
  return rows.map(([path, value, from]) => `${path.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${from}`).join('\n')
}

function text(value: unknown): string {
  if (value === undefined) return '(not set)'
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.length === 0 ? '(none)' : value.join(', ')
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '(none)' : JSON.stringify(value)
  return String(value)
}
