import { isObject } from './isObject.ts'

/** The object that a text of JSON says; undefined for everything else, such as what another program has written. */
export function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
