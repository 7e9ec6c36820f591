import { countryName } from '../countryNames.ts'
import { sourceName } from '../sources.ts'
import type { SqlClient } from './client.ts'
import { conditionOf, type HitsOf } from './hitsSql.ts'
import { createParams, type Params } from './params.ts'
import type { Tables } from './tables.ts'

/** Texts and what they are called, where that is another text: what a table in this program says, or Intl. */
export interface NameMaps {
  sources: ReadonlyMap<string, string>
  countries: ReadonlyMap<string, string>
}

interface Distinct {
  sources: string[]
  hosts: string[]
  countries: string[]
}

/** What is called otherwise among the values of some facts. */
export async function readNames(client: SqlClient, tables: Tables, of: HitsOf): Promise<NameMaps> {
  const params = createParams()
  const columns = 'groupUniqArray(source) AS sources, groupUniqArray(referrerHost) AS hosts, groupUniqArray(country) AS countries'
  const [found] = await client.rows<Distinct>(`SELECT ${columns} FROM ${tables.facts} WHERE ${conditionOf(params, of)}`, params)
  const { sources = [], hosts = [], countries = [] } = found ?? {}
  return { sources: renamed([...sources, ...hosts], sourceName), countries: renamed(countries, countryName) }
}

/** What `name` makes of a text, in SQL. @param text an expression */
export function nameSql(params: Params, names: ReadonlyMap<string, string>, text: string): string {
  if (names.size === 0) return text
  return `transform(${text}, ${params.add('Array(String)', [...names.keys()])}, ${params.add('Array(String)', [...names.values()])}, ${text})`
}

function renamed(texts: readonly string[], name: (text: string) => string): Map<string, string> {
  return new Map([...new Set(texts)].filter((text) => text !== '').map((text) => [text, name(text)] as const).filter(([text, called]) => text !== called))
}
