import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { OpenStore } from './schedule.ts'

/** One place in the store's source, and what is to stand there instead. */
export interface Patch {
  /** Below packages/store/src. */
  file: string
  /** Stands there exactly once. */
  find: string
  replace: string
}

const source = new URL('../../packages/store/src/', import.meta.url)
/** Inside the repository, so that imports resolve; ignored by git. */
const copies = new URL('../../coverage/prove/', import.meta.url)

/**
 * The store as it would be with other source.
 * @param name of the copy: a name is used once per process
 * @throws Error if a patch does not fit: the source has moved on, and the patch has to follow
 */
export async function openPatched(name: string, patches: readonly Patch[]): Promise<OpenStore> {
  const copy = new URL(`${process.pid}-${name}/`, copies)
  await cp(source, copy, { recursive: true })
  try {
    for (const patch of patches) await apply(copy, name, patch)
    const { createStore } = (await import(/* @vite-ignore */ fileURLToPath(new URL('createStore.ts', copy)))) as { createStore: OpenStore }
    return createStore
  } finally {
    await rm(copy, { recursive: true })
  }
}

/**
 * The same without a store.
 * @throws Error if a patch does not fit
 */
export async function checkPatches(name: string, patches: readonly Patch[]): Promise<void> {
  const texts = new Map<string, string>()
  for (const patch of patches) texts.set(patch.file, change(name, patch, texts.get(patch.file) ?? (await readFile(new URL(patch.file, source), 'utf8'))))
}

async function apply(copy: URL, name: string, patch: Patch): Promise<void> {
  const url = new URL(patch.file, copy)
  await writeFile(url, change(name, patch, await readFile(url, 'utf8')))
}

function change(name: string, { file, find, replace }: Patch, text: string): string {
  const found = text.split(find).length - 1
  if (found !== 1) throw new Error(`${name}: ${JSON.stringify(find)} stands ${found} times in packages/store/src/${file}, not once: mend the patch`)
  return text.replace(find, () => replace)
}
