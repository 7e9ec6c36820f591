import type { Values } from '@treadlight/store'

/** A small value as text; undefined where there is none or it is damaged. */
export async function readText(values: Values, key: string): Promise<string | undefined> {
  const bytes = await values.read(key)
  return bytes && new TextDecoder().decode(bytes)
}
