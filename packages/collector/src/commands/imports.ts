import type { ImportInfo } from '@treadlight/store'
import { openStore, type AnyStore } from '../openStore.ts'
import { count } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'
import { findSite, siteOption } from './withSite.ts'

const usage = 'imports takes one of: imports list, imports remove ID'

/** `treadlight imports list|remove`: sums of days that `treadlight import` has taken from other products. */
export const imports: Command = {
  name: 'imports',
  positionals: 'list | remove ID',
  summary: 'Lists and removes imported sums of days, as Plausible exports them',
  details: [
    'Products that hand out no hits are imported as sums of whole days. They count where a day has no hits of its own, and only',
    'for questions that sums can answer. Imported hits are hits: they are not listed here.',
  ].join('\n'),
  options: [{ name: 'json', type: 'boolean', summary: 'Prints { imports }, or { removed }' }, siteOption, ...storageOptions],
  async run({ config, values, positionals }) {
    const [action, id = ''] = positionals
    if (!(action === 'list' && positionals.length === 1) && !(action === 'remove' && positionals.length === 2)) throw new ConfigError(usage)
    const opened = await openStore(config, action === 'list' ? { readOnly: true } : { freesSpace: true })
    try {
      const { id: site } = await findSite(config, values['site'], opened.values)
      const isJson = values['json'] === true
      console.log(action === 'list' ? listed(await list(opened.store, site), isJson) : await remove(opened.store, site, id, isJson))
      return 0
    } finally {
      await opened.close()
    }
  },
}

/** A store that keeps no sums has no imports of them. */
async function list(store: AnyStore, site: string): Promise<ImportInfo[]> {
  return (await store.imports?.(site)) ?? []
}

function listed(all: readonly ImportInfo[], isJson: boolean): string {
  if (isJson) return JSON.stringify({ imports: all.map(({ at, ...info }) => ({ ...info, imported_at: new Date(at).toISOString() })) })
  if (all.length === 0) return 'There are no imported sums: treadlight import takes them from an export of Plausible.'
  return all.map(({ id, title, at, days, first, last }) => `${id}  ${count(days, 'day')}, ${first} to ${last}  ${title}, imported ${new Date(at).toISOString().slice(0, 10)}`).join('\n')
}

async function remove(store: AnyStore, site: string, id: string, isJson: boolean): Promise<string> {
  if ((await store.removeImport?.(site, id)) !== true) throw new ConfigError(`there is no import ${JSON.stringify(id)}: treadlight imports list says which there are`)
  return isJson ? JSON.stringify({ removed: id }) : `The import ${id} is removed. Running collectors know of it within seconds; the same export can be imported again.`
}
