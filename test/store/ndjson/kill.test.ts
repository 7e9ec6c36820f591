import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createNdjsonFile, listAll } from './ndjsonFile.ts'

const script = fileURLToPath(new URL('appendForever.ts', import.meta.url))
const kills = 20

/** One life of the process; answers what it has acknowledged, line by line. */
async function live(path: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@treadlight/source', script, path], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const closed = once(child, 'close')
  while (!output.includes('open\n') && child.exitCode === null) await wait(1)
  await wait(Math.random() * 120)
  child.kill('SIGKILL')
  await closed
  expect(errors).toBe('')
  expect(output).not.toContain('problem')
  return output.split('\n').slice(0, -1).filter((line) => line !== 'open')
}

test('PT18 kill -9 while it appends and rewrites: nothing acknowledged is lost, nothing erased comes back', { timeout: 240_000 }, async () => {
  const { path, open, problems } = await createNdjsonFile()
  const acknowledged: string[] = []
  const erased: string[] = []
  // On a busy machine a life may be too short for an erasure.
  for (let life = 0; life < kills || (erased.length <= kills && life < 5 * kills); life++) {
    for (const line of await live(path)) (line.startsWith('erased-') ? erased : acknowledged).push(line)
    const stored = new Set((await readFile(path, 'utf8')).match(/(?<="id":")[^"]*/g))
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
  }
  const store = await open()
  const hits = await listAll(store)
  const ids = hits.map(({ id }) => id)
  expect(ids).toHaveLength(new Set(ids).size)
  expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(kills)
  expect(erased.length).toBeGreaterThan(kills)
  expect(hits.filter(({ user }) => erased.includes(user))).toEqual([])
  await store.maintain({ force: true })
  expect(await listAll(store)).toEqual(hits)
  const text = await readFile(path, 'utf8')
  expect(erased.filter((user) => text.includes(`"${user}"`))).toEqual([])
  expect(problems).toEqual([])
})
