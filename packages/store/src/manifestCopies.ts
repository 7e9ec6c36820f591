import type { Buffer } from 'node:buffer'
import type { CleanMemory } from './clean.ts'
import { encodeFrame, readFrames } from './frame.ts'
import { formatStamp, isForeignKey, parseStamp } from './keys.ts'
import { isLaterFormat } from './laterFormat.ts'
import type { Manifest } from './manifest.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem, listKeys, readBytes, type StorageProblem } from './values.ts'

type MirrorOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'settle'>

/** Manifests by their key. */
export type ManifestCopies = ReadonlyMap<string, Manifest>

export function encodeCopies(manifests: ManifestCopies): Buffer {
  return encodeFrame(JSON.stringify([...manifests]))
}

/**
 * Undefined where the value is not whole.
 * @throws Error for a format of a later version
 */
export function decodeCopies(bytes: Buffer): ManifestCopies | undefined {
  const { payloads, problems } = readFrames(bytes)
  const [payload] = payloads
  return payload === undefined || problems.length > 0 ? undefined : new Map(JSON.parse(payload.toString()) as [string, Manifest][])
}

/**
 * The copies of a site's manifests, from the newest value that is whole: to read a year of manifests one by one is most
 * of what opening takes. They never change, so a copy is as good; whether a manifest is still there says only its key.
 * What cannot be read costs no more than the time that it would have saved.
 */
export async function readCopies(site: string, { storage, now, settle }: MirrorOptions, onProblem: (problem: StorageProblem) => void): Promise<{ keys: string[]; copies: ManifestCopies }> {
  const keys = (await listKeys(storage, `${site}:catalog:`)).filter((key) => !isForeignKey(key))
  for (const key of keys.toReversed()) {
    const bytes = await readBytes(storage, key).catch(() => undefined)
    if (bytes === undefined) continue
    const copies = decodeUnlessLater(bytes)
    if (copies === 'later') continue
    const { time = 0, bytes: length } = parseStamp(key) ?? {}
    if (copies !== undefined && bytes.length === length) return { keys, copies }
    const isShort = bytes.length < (length ?? 0)
    // A short one may still be being written.
    if (!isShort || time + settle < now()) onProblem({ key, offset: 0, reason: isShort ? 'torn' : 'checksum' })
  }
  return { keys, copies: new Map() }
}

/** What a later version has written is for that version: everything is in the manifests too. */
function decodeUnlessLater(bytes: Buffer): ManifestCopies | 'later' | undefined {
  try {
    return decodeCopies(bytes)
  } catch (error) {
    if (isLaterFormat(error)) return 'later'
    throw error
  }
}

/**
 * Writes the copies anew where many manifests are in none, or many copies are of manifests that are gone, and deletes
 * those before. Whoever is about to read one of these finds it missing, and reads the manifests.
 *
 * @returns how many values were deleted
 */
export async function writeCopies(log: SiteLog, options: ResolvedStoreOptions, memory: Pick<CleanMemory, 'copied'>): Promise<number> {
  const { storage, now, nonce, catalogAt } = options
  const manifests = new Map(log.catalog.manifests)
  if (!isDue(manifests, memory.copied ?? new Set(), catalogAt)) return 0
  // Another process may have done it.
  const { keys, copies } = await readCopies(log.site, options, log.report)
  memory.copied = new Set(copies.keys())
  if (!isDue(manifests, memory.copied, catalogAt)) return 0
  const kept = manifests.size < catalogAt ? new Map<string, Manifest>() : manifests
  const bytes = encodeCopies(kept)
  if (kept.size > 0 && !(await createItem(storage, `${log.site}:catalog:${formatStamp(now(), nonce())}-${bytes.length}`, bytes))) return 0
  memory.copied = new Set(kept.keys())
  for (const key of keys) await storage.removeItem(key)
  return keys.length
}

function isDue(manifests: ManifestCopies, copied: ReadonlySet<string>, limit: number): boolean {
  const count = (keys: Iterable<string>, others: { has(key: string): boolean }) => [...keys].filter((key) => !others.has(key)).length
  return count(manifests.keys(), copied) >= limit || count(copied, manifests) >= limit
}
