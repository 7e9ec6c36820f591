import { rm, writeFile } from 'node:fs/promises'

/**
 * Runs an example of a page as a module of this folder, where imports are found; hidden, so that nobody takes it for one of ours.
 *
 * @param name tells it from others that run at the same time
 */
export async function importCode(name: string, code: string): Promise<unknown> {
  const file = new URL(`.${name}-${process.pid}.ts`, import.meta.url)
  await writeFile(file, code)
  try {
    return await import(/* @vite-ignore */ file.href)
  } finally {
    await rm(file)
  }
}
