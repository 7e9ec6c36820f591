const remedies: Record<string, string> = {
  ENOENT: 'stop the collector before you remove or replace its folder; name one that can be made',
  EACCES: 'give this user read and write access to it',
  EPERM: 'give this user write access to it, on a file system with hard links',
  ENOTSUP: 'use a file system with hard links',
  EROFS: 'mount it writable or choose another folder',
  ENOSPC: 'free some space on the disk',
  EDQUOT: 'raise the quota or free some space',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  EEXIST: 'values are written once: choose another key',
  ENOTDIR: 'a key cannot be both a value and the beginning of another',
  EISDIR: 'a key cannot be both a value and the beginning of another',
  ENAMETOOLONG: 'shorten the key',
}

/**
 * Does something with a path.
 * @throws Error that names the path and the remedy, with the code of the system's error and that error as its cause
 */
export async function attempt<T>(action: string, path: string, act: (path: string) => Promise<T>): Promise<T> {
  try {
    return await act(path)
  } catch (cause) {
    const code = codeOf(cause)
    const remedy = remedyOf(cause, action) ?? remedies[code] ?? 'check the disk and the folder'
    const message = `[treadlight fs] could not ${action} ${path} (${code || String(cause)}): ${remedy}`
    throw Object.assign(new Error(message, { cause }), { code })
  }
}

/** Who may not look at something needs no right to write, and the other way round. */
const rights: Record<string, string> = { read: 'read', list: 'read', 'look at': 'read', write: 'write', 'append to': 'write', remove: 'write', make: 'write' }

function remedyOf(cause: unknown, action: string): string | undefined {
  if (cause instanceof NoFolderError) return cause.remedy
  const right = rights[action]
  return codeOf(cause) === 'EACCES' && right !== undefined ? `give this user ${right} access to it` : undefined
}

/** Of a base that a file is in the way of; left as it is, ENOTDIR would be taken for keys that exclude each other. */
export class NoFolderError extends Error {
  readonly code = 'ENOTDIR'
  readonly remedy: string

  constructor(base: string, cause: unknown) {
    super(`${base} is not a folder`, { cause })
    this.remedy = `${base} is not a folder: a file is in its place, or in its way; name a folder`
  }
}

/** `ENOENT` and the like; '' for an error that comes from no system call. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Undefined where there is no such file. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
