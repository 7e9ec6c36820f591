import { readFileSync } from 'node:fs'
import { ConfigError } from './settings.ts'

/** Environment variables as settings read them. */
export interface Environment {
  values: Record<string, string | undefined>
  /** Where the value of a variable is from, as messages name it. */
  placeOf(name: string): string
}

const suffix = '_FILE'

/**
 * Takes up secrets from files, as containers and systemd hand them out: `TREADLIGHT_STORAGE_PASSWORD_FILE=/run/secrets/db` is
 * TREADLIGHT_STORAGE_PASSWORD with what is in that file, without line ends behind it. Any variable may come so.
 *
 * @param known names of variables that there are
 * @throws ConfigError for a file that cannot be read or is empty, and where both are set
 */
export function readEnvironment(env: Record<string, string | undefined>, known: readonly string[]): Environment {
  const values = { ...env }
  const fromFiles = new Set<string>()
  for (const name of known) {
    const path = name.startsWith('TREADLIGHT_') ? env[name + suffix] : undefined
    if (!path) continue
    if (env[name]) throw new ConfigError(`environment variables ${name} and ${name}${suffix}: both are set; leave one of them out`)
    values[name] = readSecret(name + suffix, path)
    fromFiles.add(name)
  }
  return { values, placeOf: (name) => `environment variable ${name}${fromFiles.has(name) ? suffix : ''}` }
}

/** Whether a name is that of a known variable, or of a file for one. */
export function isKnownVariable(name: string, known: readonly string[]): boolean {
  return known.includes(name) || (name.endsWith(suffix) && known.includes(name.slice(0, -suffix.length)))
}

function readSecret(name: string, path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '')
  } catch (cause) {
    const { code } = cause as { code?: string }
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : (cause as Error).message
    throw new ConfigError(`environment variable ${name}: ${path}: ${why}`, { cause })
  }
  if (text === '') throw new ConfigError(`environment variable ${name}: ${path} is empty`)
  return text
}
