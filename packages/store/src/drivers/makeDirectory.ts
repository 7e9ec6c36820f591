import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, unlessMissing } from './fsError.ts'

/** How often somebody who removes empty directories may overtake. */
const maxAttempts = 3

/**
 * Makes a directory and those above it, for this user only. Node's own `recursive` answers ENOENT where a file system is
 * read-only, which sends the owner looking for the wrong thing, and below /proc it never answers.
 *
 * @returns the first directory that had to be made, if any
 * @throws Error of the system's own code; ENOTDIR for a file in the way
 */
export async function makeDirectory(path: string): Promise<string | undefined> {
  let first: string | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(path, { mode: 0o700 })
      return first ?? path
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT' && attempt < maxAttempts && path !== dirname(path)) {
        first = (await makeDirectory(dirname(path))) ?? first
        continue
      }
      // Not all systems say EEXIST: of its root, macOS says EISDIR and Windows EPERM.
      const stats = await unlessMissing(stat(path))
      if (stats?.isDirectory() === true) return first
      // Left as EEXIST it would pass for an existing value.
      if (stats !== undefined) throw Object.assign(new Error(`${path} is a file`, { cause }), { code: 'ENOTDIR' })
      // Was there, and was removed as empty before we looked: left as EEXIST this too would pass for an existing value.
      if (codeOf(cause) === 'EEXIST' && attempt < maxAttempts) continue
      if (codeOf(cause) === 'EEXIST') throw Object.assign(new Error(`${path} is removed again and again`, { cause }), { code: 'ENOENT' })
      throw cause
    }
  }
}
