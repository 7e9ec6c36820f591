import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'

/** Whether a path is a folder, or lies somewhere in it. Links are followed, and what is not there yet is where it would be made. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  const [inner, outer] = await Promise.all([path, folder].map((each) => realPathOf(resolve(each))))
  return inner === outer || inner!.startsWith(outer!.endsWith(sep) ? outer! : outer + sep)
}

/** Of an absolute path. */
async function realPathOf(path: string): Promise<string> {
  const parent = dirname(path)
  return realpath(path).catch(async () => (parent === path ? path : join(await realPathOf(parent), basename(path))))
}
