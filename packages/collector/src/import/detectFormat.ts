import { ConfigError } from '../settings.ts'
import type { ImportFormat } from './importFormat.ts'
import type { ImportSource } from './openSource.ts'

/**
 * The format of a file, by how it looks.
 * @throws ConfigError where it looks like none, or like several
 */
export function detectFormat({ name, files }: Pick<ImportSource, 'name' | 'files'>, formats: readonly ImportFormat[]): ImportFormat {
  const found = formats.filter((format) => files.some((file) => format.detects(file)))
  const [format, ...others] = found
  if (format !== undefined && others.length === 0) return format
  const named = found.map((each) => each.name).join(' or ')
  if (format !== undefined) throw new ConfigError(`${name}: looks like ${named}: say which with --format`)
  const seen = files.length === 0 ? 'is a zip with nothing in it' : `looks like nothing that is known; it ${files[0]!.text === '' ? 'is empty' : `begins with ${JSON.stringify(files[0]!.text.slice(0, 60))}`}`
  throw new ConfigError(`${name}: ${seen}. Name its format with --format, one of ${formats.map((each) => each.name).join(', ')}`)
}
