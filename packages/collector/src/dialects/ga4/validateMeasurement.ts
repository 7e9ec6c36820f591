import { isObject } from '../../isObject.ts'

/** As Google's validation endpoint says it. */
export interface ValidationMessage {
  fieldPath: string
  description: string
  validationCode: 'VALUE_INVALID' | 'VALUE_REQUIRED' | 'NAME_INVALID' | 'EXCEEDED_MAX_ENTITIES'
}

const maxEvents = 25
const name = /^\p{L}[\p{L}\p{N}_]{0,39}$/u

/** What Google would find wrong with a body, besides names that it keeps for itself; nothing of it is counted. */
export function validateMeasurement(body: unknown, site: string | undefined): ValidationMessage[] {
  if (!isObject(body)) return [{ fieldPath: '', description: 'The body must be a JSON object.', validationCode: 'VALUE_INVALID' }]
  const missing = [...(site === undefined ? ['measurement_id'] : []), ...(body['client_id'] || body['app_instance_id'] ? [] : ['client_id'])]
  const { events } = body
  return [
    ...missing.map((fieldPath): ValidationMessage => ({ fieldPath, description: `${fieldPath} is required.`, validationCode: 'VALUE_REQUIRED' })),
    ...(Array.isArray(events) ? events.slice(0, maxEvents).flatMap(validateEvent) : [{ fieldPath: 'events', description: 'events must be a list.', validationCode: 'VALUE_INVALID' } as const]),
    ...(Array.isArray(events) && events.length > maxEvents ? [{ fieldPath: 'events', description: `At most ${maxEvents} events.`, validationCode: 'EXCEEDED_MAX_ENTITIES' } as const] : []),
  ]
}

function validateEvent(event: unknown, index: number): ValidationMessage[] {
  const called = isObject(event) ? event['name'] : undefined
  if (typeof called === 'string' && name.test(called)) return []
  return [{ fieldPath: `events[${index}].name`, description: 'Names have letters, digits and underscores, begin with a letter, and have at most 40 characters.', validationCode: 'NAME_INVALID' }]
}
