import type { Records } from '../records/records.ts'
import { readAddition, type Addition } from './additions.ts'
import type { Origin } from './siteRegistry.ts'

/** What keeps hits of a site from being stored: a path with all below it, an address or a range of them. */
export interface Exclusion {
  kind: 'path' | 'address'
  value: string
  from: Origin
  /** By which it is removed; what the settings say has none. */
  id?: string
}

/** Exclusions of sites: those of the settings, which hold for all, and those that were added for one. */
export interface Exclusions {
  list(site: string): Promise<Exclusion[]>
  /** @returns what is wrong with it otherwise, beginning with the field */
  add(site: string, kind: Exclusion['kind'], value: unknown): Promise<Exclusion | string>
  /** @returns why it cannot be removed, where it cannot */
  remove(site: string, id: string): Promise<string | undefined>
}

export interface ExclusionsOptions {
  additions: Records<Addition>
  /** Of the settings. */
  configured: { paths: readonly string[]; addresses: readonly string[] }
}

export function createExclusions({ additions, configured }: ExclusionsOptions): Exclusions {
  async function list(site: string): Promise<Exclusion[]> {
    const added = (await additions.list(site)).flatMap(({ id, kind, value }): Exclusion[] => (kind === 'host' ? [] : [{ kind, value, from: 'added', id }]))
    const settings = (kind: Exclusion['kind'], values: readonly string[]): Exclusion[] => values.map((value) => ({ kind, value, from: 'settings' }))
    return [...settings('path', configured.paths), ...settings('address', configured.addresses), ...added]
  }
  return {
    list,
    async add(site, kind, value) {
      const addition = readAddition(kind, value)
      if (typeof addition === 'string') return addition
      const there = (await list(site)).find((each) => each.kind === kind && each.value === addition.value)
      if (there) return `${kind}: ${addition.value} is excluded already, ${there.from === 'settings' ? 'by the settings' : 'as it was added'}`
      try {
        const { id } = await additions.add(site, addition)
        return { kind, value: addition.value, from: 'added', id }
      } catch (error) {
        if (error instanceof RangeError) return `${kind}: ${error.message}`
        throw error
      }
    },
    async remove(site, id) {
      const there = (await list(site)).some((each) => each.id === id)
      return there && (await additions.remove(site, id)) ? undefined : 'id: there is no exclusion of this id that was added; what the settings exclude is changed there'
    },
  }
}

/** What becomes of an exclusion's hits. */
export function excludedSentence(site: string, { kind, value }: Exclusion): string {
  const what = kind === 'path' ? `of ${value} and what is below it` : `from ${value}`
  return `Hits of site ${site} ${what} are not stored any more; what is stored stays. Running collectors know of it within 10 s.`
}
