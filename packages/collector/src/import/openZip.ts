import type { Readable } from 'node:stream'
import yauzl, { type Entry, type ZipFile } from 'yauzl'

export interface ZipEntry {
  /** As the zip has it: with folders before it. */
  name: string
  /** Bytes, unpacked and packed. */
  size: number
  packed: number
  open(): Promise<Readable>
}

/**
 * The files in a zip, in its order. What a Mac puts beside them is none.
 * @throws Error where it is damaged
 */
export async function openZip(path: string): Promise<{ entries: ZipEntry[]; close: () => Promise<void> }> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) => (error ? reject(error) : resolve(opened)))
  })
  const entries = await listEntries(zip)
  return {
    entries: entries.filter(({ fileName }) => !fileName.endsWith('/') && !fileName.startsWith('__MACOSX/')).map((entry) => ({
      name: entry.fileName,
      size: entry.uncompressedSize,
      packed: entry.compressedSize,
      open: () => openEntry(zip, entry),
    })),
    close: async () => zip.close(),
  }
}

function listEntries(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.on('error', reject)
    zip.readEntry()
  })
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
  })
}
