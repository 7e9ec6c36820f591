import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'

/** Whether this process may install packages: root on Debian and its kin. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/** Installs Debian's packages; false if this process may not or it failed. */
export function installPackages(names: readonly string[]): boolean {
  if (!mayInstall()) return false
  console.error(`Installing Debian’s ${names.join(', ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]): boolean => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...names)
}
