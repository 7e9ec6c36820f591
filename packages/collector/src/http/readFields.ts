import type { H3Event } from 'h3'
import { meant, quote } from '../stats/oneOf.ts'
import { readJson } from './readJson.ts'
import { failure } from './respond.ts'

/**
 * The fields of a body of JSON; or what to say to a body that is none, and to a field that there is not: `dryRun` for
 * `dry_run` would delete, and `site` for `sites` would open all of them to a viewer.
 */
export async function readFields(event: H3Event, allowed: readonly string[]): Promise<Record<string, unknown> | Response> {
  const body = await readJson(event)
  if (!body) return failure(400, 'The body must be a JSON object')
  return refuseUnknown('body', Object.keys(body), allowed) ?? body
}

/** The same for the parameters of an address: what to say to one that there is not, or that is there twice; else undefined. */
export function refuseParameters(event: H3Event, allowed: readonly string[]): Response | undefined {
  const names = [...event.url.searchParams.keys()]
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return refuseUnknown('parameters', names, allowed) ?? (twice === undefined ? undefined : failure(400, `${twice}: must be there once`))
}

function refuseUnknown(what: string, names: readonly string[], allowed: readonly string[]): Response | undefined {
  const unknown = names.find((name) => !allowed.includes(name))
  return unknown === undefined ? undefined : failure(400, `${what}: ${quote(unknown)} is unknown; ${meant(unknown, allowed)}it must be one of ${allowed.join(', ')}`)
}
