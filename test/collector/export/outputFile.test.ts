import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOutputFile } from '../../../packages/collector/src/outputFile.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-output-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

// A device such as /dev/full is the same to it, and nothing that a test should try on the machine it runs on.
test.skipIf(process.platform === 'win32').each<[string, (path: string) => unknown, 'isFIFO' | 'isSymbolicLink']>([
  ['a pipe', (path) => execFileSync('mkfifo', [path]), 'isFIFO'],
  ['a link', async (path) => symlink(path.replace('given', 'kept'), path), 'isSymbolicLink'],
  ['a link to nothing', (path) => symlink(`${path}-gone`, path), 'isSymbolicLink'],
])('%s is not replaced by the file, not even with force', async (_, make, isStill) => {
  const path = join(folder, 'given')
  await writeFile(join(folder, 'kept'), 'kept')
  await make(path)
  for (const force of [false, true]) await expect(createOutputFile(path, force)).rejects.toThrow(/given is no ordinary file: name one, or leave --output out and redirect with >/)
  expect((await lstat(path))[isStill]()).toBe(true)
  expect([await readdir(folder), await readFile(join(folder, 'kept'), 'utf8')]).toEqual([['given', 'kept'], 'kept'])
})

test('a file is, with force', async () => {
  const path = join(folder, 'given')
  await writeFile(path, 'before')
  await expect(createOutputFile(path, false)).rejects.toThrow(/is there already/)
  const output = await createOutputFile(path, true)
  await output.write(Buffer.from('after'))
  await output.finish()
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['after', ['given']])
})
