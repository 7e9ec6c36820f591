import { createParameterError, isMissing, type WireParameters } from './defineParameters.ts'

/** What a hit cannot do without, by its type: any of the rows will do. */
const required: Record<string, readonly (readonly string[])[]> = {
  pageview: [['dl'], ['dh', 'dp'], ['cd']],
  screenview: [['cd', 'an']],
  event: [['ec', 'ea']],
  transaction: [['ti']],
  item: [['ti', 'in']],
  social: [['sn', 'sa', 'st']],
  timing: [['utc', 'utv', 'utt']],
  exception: [[]],
}

/**
 * A hit as it is about to be sent has all that the protocol asks of its type. Google says nothing of hits that have not: they are
 * answered 200 and thrown away.
 *
 * @throws Error that names what is missing (SS02)
 */
export function checkHit(parameters: WireParameters): WireParameters {
  const type = String(parameters['t'])
  const ways = required[type]
  if (!ways) throw createParameterError(`t must be one of ${Object.keys(required).join(', ')}`)
  const missing = findMissing(parameters, ['v', 'tid', 'cid'])
  if (!ways.some((way) => findMissing(parameters, way).length === 0))
    missing.push(ways.map((way) => findMissing(parameters, way).join(' and ')).join(', or '))
  if (missing.length > 0) throw createParameterError(`${type}: parameters are required, but missing: ${missing.join(', ')}`)
  return parameters
}

function findMissing(parameters: WireParameters, names: readonly string[]): string[] {
  return names.filter((name) => isMissing(parameters[name]))
}
