import nodeResolve from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { describe, expect, test } from 'vitest'

// What is not imported is not in a site's bundle: by the package as it is published (`npm run build`), in two bundlers.

const root = new URL('../..', import.meta.url).pathname

const bundlers: Record<string, (code: string) => Promise<string>> = {
  async esbuild(code) {
    const { outputFiles } = await build({ stdin: { contents: code, resolveDir: root }, bundle: true, format: 'esm', write: false, logLevel: 'error' })
    return outputFiles[0]!.text
  },
  async rollup(code) {
    const entry = { name: 'entry', resolveId: (id: string) => (id === 'entry' ? id : null), load: (id: string) => (id === 'entry' ? code : null) }
    const bundle = await rollup({ input: 'entry', plugins: [entry, nodeResolve({ browser: true, rootDir: root })] })
    const { output } = await bundle.generate({ format: 'es' })
    await bundle.close()
    return output[0].code
  },
}

/** The names of what a bundle defines. */
const definedIn = (code: string): string[] => [...code.matchAll(/^(?:export )?(?:async )?(?:const|let|var|function) (\w+)/gm)].map(([, name]) => name!)

/** An app that has use for these. */
const app = (...names: string[]): string => `import { ${names.join(', ')} } from '@treadlight/tracker'\nconsole.log(${names.join(', ')})`

const guarded = ['track', 'pageview', 'optOut', 'readSession']

describe.each(Object.entries(bundlers))('%s', (_, bundle) => {
  test('init alone brings along neither what can be called nor a part', async () => {
    const names = definedIn(await bundle(app('init')))
    expect(names).toEqual(expect.arrayContaining(['init', 'start', 'guard', 'look']))
    for (const name of [...guarded, 'addHit', 'startQueue', 'trackClicks', 'measureEngagement', 'isIgnored', 'adoptView', 'readNavigation']) expect(names).not.toContain(name)
  })

  test('createMemoryTransport is all that its import brings along', async () => {
    expect(definedIn(await bundle(app('createMemoryTransport')))).toEqual(['createMemoryTransport'])
  })

  test('what is imported is there', async () => {
    expect(definedIn(await bundle(app('track', 'pageview', 'optOut', 'session')))).toEqual(expect.arrayContaining(guarded))
  })
})
