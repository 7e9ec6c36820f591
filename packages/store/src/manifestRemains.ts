/** What can still be told from the text of a manifest that is not whole: keys of which one byte may have changed. */
export interface ManifestRemains {
  /** The segments that it named. */
  readonly named: readonly string[]
  /** Whether it said of a segment that it is replaced. */
  replaced(key: string): boolean
}

/** Stands before the key of a segment that a manifest names, and not of one that it replaces. */
const naming = '"key":"'

/** @param bytes of a manifest @param site whose it is */
export function readRemains(bytes: Uint8Array, site: string): ManifestRemains {
  // A byte is a character, whatever has become of it.
  const text = new TextDecoder('latin1').decode(bytes)
  const { length } = `${site}:segment:2026-11-21-000000000000-000000000000-anon.parquet`
  const named = [...findAll(text, naming)].map((at) => text.slice(at + naming.length, at + naming.length + length))
  return {
    named,
    replaced: (key) => findNear(text, key).some((at) => !text.startsWith(naming, at - naming.length)),
  }
}

/** Whether two keys are the same but for one byte: those of different segments differ in many. */
export function isNear(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let changed = 0
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at] && ++changed > 1) return false
  return true
}

/** Where the key stands: one half of it is as it was. */
function findNear(text: string, key: string): number[] {
  const half = key.length >> 1
  const starts = [...findAll(text, key.slice(0, half)), ...[...findAll(text, key.slice(half))].map((at) => at - half)]
  return starts.filter((at) => at >= 0 && isNear(text.slice(at, at + key.length), key))
}

function* findAll(text: string, part: string): Generator<number> {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) yield at
}
