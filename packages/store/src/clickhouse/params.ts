/**
 * Values that a statement is asked with, bound by name: nothing of a visitor or an owner is ever part of a statement's text.
 *
 * @example
 * const params = createParams()
 * const query = `SELECT count() FROM hits WHERE site = ${params.add('String', site)}`
 * await client.query({ query, query_params: params.values })
 */
export interface Params {
  /** Answers the place of the value in the text. @param type ClickHouse's, such as `Array(String)` */
  add(type: string, value: unknown): string
  readonly values: Record<string, unknown>
}

export function createParams(): Params {
  const values: Record<string, unknown> = {}
  const places = new Map<string, string>()
  return {
    values,
    add(type, value) {
      const known = typeof value === 'string' || typeof value === 'number' ? places.get(`${type} ${value}`) : undefined
      if (known !== undefined) return known
      const name = `p${Object.keys(values).length}`
      values[name] = value
      const place = `{${name}:${type}}`
      if (typeof value === 'string' || typeof value === 'number') places.set(`${type} ${value}`, place)
      return place
    },
  }
}
