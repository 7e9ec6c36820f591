import { propPrefix, readProp } from '../dimensions.ts'
import type { StoredHit } from '../hit.ts'
import type { Dimension } from '../query.ts'

type PropDimension = Extract<Dimension, `event:props:${string}`>

export function isPropDimension(dimension: Dimension): dimension is PropDimension {
  return dimension.startsWith(propPrefix)
}

/** Reads what the dimension says out of the texts of the column `props`: asked for once for each text. */
export function readPropOf(dimension: PropDimension): (props: string) => string {
  const key = dimension.slice(propPrefix.length)
  const named = JSON.stringify(key)
  const missing = readProp(undefined, key)
  // Most events say nothing of it: to look for a text is faster than to parse it.
  return (props) => (props.includes(named) ? readProp(JSON.parse(props) as StoredHit['props'], key) : missing)
}
