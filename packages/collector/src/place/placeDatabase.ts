import ipaddr from 'ipaddr.js'
import type { CityResponse, Reader } from 'mmdb-lib'
import { builtin } from '../builtins.ts'
import { remember } from '../remember.ts'
import { ConfigError } from '../settings.ts'
import { readPlace, type Place } from './place.ts'

/** A file that says where addresses are. It is in memory as a whole: GeoLite2-City takes some 60 MB. */
export interface PlaceDatabase {
  /** Where an address is; nothing where the file does not know, or the address is none. */
  find(address: string): Place | undefined
  /**
   * Reads the file anew if it has changed: those who make such files have a new one every week.
   * @throws ConfigError naming the file where that cannot be read; the former one goes on
   */
  refresh(): Promise<void>
}

/** What the file says of itself. */
export interface OpenPlaceDatabase extends PlaceDatabase {
  /** Such as `GeoLite2-City`. */
  readonly type: string
  /** When it was made, ms since 1970. */
  readonly built: number
}

/**
 * Opens a MaxMind DB file: https://maxmind.github.io/MaxMind-DB/
 * @throws ConfigError naming the file or the missing package, with the remedy
 */
export async function openPlaceDatabase(path: string): Promise<OpenPlaceDatabase> {
  const { Reader } = await import('mmdb-lib').catch(missingLibrary)
  let version = ''
  let find: (address: string) => Place | null
  let about = { type: '', built: 0 }
  const database: OpenPlaceDatabase = {
    get type() {
      return about.type
    },
    get built() {
      return about.built
    },
    find: (address) => find(address) ?? undefined,
    async refresh() {
      const { bytes, version: found } = await readChanged(path, version)
      if (bytes === undefined) return
      const reader = openReader(Reader, path, bytes)
      // Decoding costs as much as all else that is done for a hit. Addresses are forgotten soon, as those of networks are.
      find = remember(10_000, (address) => findIn(reader, address))
      about = { type: String(reader.metadata.databaseType), built: reader.metadata.buildEpoch.getTime() }
      version = found
    },
  }
  await database.refresh()
  return database
}

/** The file's bytes, if it is another version than the one that is known. */
async function readChanged(path: string, known: string): Promise<{ bytes?: Buffer; version: string }> {
  const { readFile, stat } = builtin('node:fs/promises')
  try {
    const { mtimeMs, size, ino } = await stat(path)
    const version = `${mtimeMs} ${size} ${ino}`
    return version === known ? { version } : { bytes: await readFile(path), version }
  } catch (cause) {
    throw new ConfigError(`place.database: ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function openReader(constructor: typeof Reader, path: string, bytes: Buffer): Reader<CityResponse> {
  const reader = tryReader(constructor, path, bytes)
  const type = String(reader.metadata.databaseType)
  if (!/city|country|enterprise/i.test(type))
    throw new ConfigError(`place.database: ${path} is a database of type ${type}, which has no places: take one of cities or countries`)
  return reader
}

function tryReader(constructor: typeof Reader, path: string, bytes: Buffer): Reader<CityResponse> {
  try {
    const reader = new constructor<CityResponse>(bytes)
    // What is damaged in the middle shows when it is read.
    for (const address of ['1.1.1.1', '8.8.8.8']) reader.get(address)
    return reader
  } catch (cause) {
    throw new ConfigError(`place.database: ${path} is no MaxMind DB file, or is damaged: fetch it anew, unpacked (.mmdb)`, { cause })
  }
}

/** mmdb-lib takes whatever it gets for an address of the file's kind, and throws where the file is damaged. */
function findIn(reader: Reader<CityResponse>, address: string): Place | null {
  if (!ipaddr.isValid(address)) return null
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv6' && reader.metadata.ipVersion === 4) return null
  try {
    const { country, subdivisions, city } = reader.get(parsed.toString()) ?? {}
    const [subdivision] = subdivisions ?? []
    // DB-IP's free files name regions and have no codes for them.
    return readPlace(country?.iso_code, subdivision?.iso_code ?? subdivision?.names?.en, city?.names?.en) ?? null
  } catch {
    return null
  }
}

function missingLibrary(cause: unknown): never {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
  const problem = missing ? 'needs the package mmdb-lib' : 'cannot load the package mmdb-lib, install it anew'
  throw new ConfigError(`place.database ${problem}: npm install mmdb-lib`, { cause })
}
