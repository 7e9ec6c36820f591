import type { Destination } from '@treadlight/destinations'
import { isSecret, type Config, type ResolvedSetting } from './config.ts'
import { showOption } from './storageSettings.ts'

/** Every setting by path, as it may be shown, and where it comes from. */
export type ShownSettings = Readonly<Record<string, ResolvedSetting>>

/** The settings without what must not be seen: secrets, and what destinations are made of. */
export function showSettings({ storage }: Pick<Config, 'storage'>, settings: ReadonlyMap<string, ResolvedSetting>): ShownSettings {
  return Object.fromEntries([...settings].map(([path, { value, from }]) => [path, { value: show(storage.driver, path, value), from }]))
}

function show(driver: string, path: string, value: unknown): unknown {
  if (path.startsWith('storage.')) return showOption(driver, path.slice('storage.'.length), value)
  if (path === 'destinations') return (value as readonly Destination[]).map(({ name }) => name)
  if (!isSecret(path) || value === undefined) return value
  return Array.isArray(value) ? `${value.length} of them, not shown` : '***'
}
