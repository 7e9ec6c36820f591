import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const prefix = join(tmpdir(), 'treadlight-readonly-')

/** Whether this user may mount a file system: root, and not in every container. */
export const canMount: boolean = (() => {
  const folder = mkdtempSync(prefix)
  try {
    mount(folder)
    unmount(folder)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

/**
 * A folder on a file system that is really read-only, until the end of the test.
 * @param from what it holds
 */
export async function mountReadOnly(from?: string): Promise<string> {
  const folder = await mountSmall()
  // A killed process's left-overs are told by their age.
  if (from !== undefined) await cp(from, folder, { recursive: true, preserveTimestamps: true })
  execFileSync('mount', ['-o', 'remount,ro', folder], { stdio: 'pipe' })
  return folder
}

/** A folder on a file system of its own, of 4 MB, until the end of the test. */
export async function mountSmall(): Promise<string> {
  const folder = await mkdtemp(prefix)
  mount(folder)
  onTestFinished(async () => {
    unmount(folder)
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' })
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
}
