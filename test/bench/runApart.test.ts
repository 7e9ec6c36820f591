import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'

const program = fileURLToPath(new URL('apart.ts', import.meta.url))

/** Starts it, and waits until it has said what it left. */
async function start(lives: 'long' | 'short') {
  const child = spawn(process.execPath, ['--import', 'tsx', program, lives], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit') as Promise<[code: number | null]>
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, exited, ...(JSON.parse(line.toString()) as { folder: string; pid: number }) }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a bench that is ended by %s leaves no process and no file, and the exit code says so', async (signal, expected) => {
  const { child, exited, folder, pid } = await start('long')
  expect(existsSync(folder)).toBe(true)
  child.kill(signal)
  const [code] = await exited
  expect(code).toBe(expected)
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000)
  expect(existsSync(dirname(folder))).toBe(false)
})

test('what a bench that failed has started ends with it, and its exit code is passed on', async () => {
  const { exited, folder, pid } = await start('short')
  const [code] = await exited
  expect(code).toBe(7)
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000)
  expect(existsSync(dirname(folder))).toBe(false)
})
