import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { storageVariables } from '../../packages/collector/src/storageSettings.ts'

const read = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const page = await read('storage.md')
const clickhouse = await read('clickhouse.md')

/** The examples of a section: a config file, and the environment that says the same. */
const sections = [page, clickhouse].join('\n').split(/^##+ /m).flatMap((section) => {
  const [title = ''] = section.split('\n')
  const file = /^```js\n(.*?)^```$/ms.exec(section)?.[1]
  const env = /^```sh\n((?:TREADLIGHT_.*\n)+)```$/m.exec(section)?.[1]
  return file === undefined ? [] : [{ title, file, env }]
})

test.each(sections)('docs/storage.md and clickhouse.md, $title: the examples are understood, and say the same', async ({ file, env }) => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  try {
    await writeFile(join(folder, 'treadlight.config.mjs'), file)
    const fromFile = await loadConfig({ env: {}, folder })
    if (env === undefined) return
    await rm(join(folder, 'treadlight.config.mjs'))
    const variables = Object.fromEntries(env.trim().split('\n').map((line) => line.replaceAll("'", '').split('=') as [string, string]))
    expect(await loadConfig({ env: variables, folder })).toEqual(fromFile)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('docs/storage.md names every option of every driver', () => {
  const options = storageVariables.map((name) =>
    name
      .slice('TREADLIGHT_STORAGE_'.length)
      .toLowerCase()
      .replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  )
  expect(options.filter((option) => !page.includes(`\`${option}`) && !page.includes(` ${option}:`))).toEqual([])
})
