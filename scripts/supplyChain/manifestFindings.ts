import { readManifest, type Manifest, type PublishedPackage } from './publishedPackages.ts'

const exact = /^\d+\.\d+\.\d+$/

/** What is wrong with a package.json that is to be published; nothing where all is well. Each begins with the field. */
export function manifestFindings({ manifest }: PublishedPackage, checkout: Manifest = readManifest('.')): string[] {
  const { version, license, type, engines, sideEffects, exports, files, scripts = {}, dependencies = {} } = manifest
  return [
    ...(version === checkout.version ? [] : [`version: is ${version}, and ${checkout.version} in the checkout’s package.json`]),
    ...(license === 'MIT' ? [] : [`license: is ${license}, not MIT`]),
    ...(type === 'module' ? [] : ['type: must be module']),
    ...(engines?.['node'] === checkout.engines?.['node'] ? [] : [`engines: must be node ${checkout.engines?.['node']}, as of the checkout`]),
    ...(sideEffects === undefined ? ['sideEffects: must be said, or bundlers keep all of it'] : []),
    ...(exports?.['./package.json'] === './package.json' ? [] : ['exports: must have ./package.json']),
    ...exportFindings(exports ?? {}),
    ...(files === undefined ? ['files: must be said, or everything is published'] : []),
    ...Object.keys(scripts).map((name) => `scripts: has ${name}, and nothing is to run where it is installed`),
    ...Object.entries(dependencies).filter(([, range]) => !exact.test(range)).map(([name, range]) => `dependencies: ${name} is ${range}, not one version`),
    ...Object.entries(dependencies).filter(([name, range]) => name.startsWith('@treadlight/') && range !== version).map(([name, range]) => `dependencies: ${name} is ${range}, not ${version}`),
  ]
}

/** Conditions are tried in their order: types come before what is run, and `default` is the last. */
function exportFindings(exports: NonNullable<Manifest['exports']>): string[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const conditions = Object.keys(target)
    const wrong = !conditions.includes('types') || conditions.at(-1) !== 'default' || conditions.indexOf('types') > conditions.findIndex((condition) => condition !== 'types' && condition !== '@treadlight/source')
    return wrong ? [`exports: ${path} must have types before what is run, and default as the last`] : []
  })
}

/**
 * What npm binds provenance to: `repository` has to be where the build ran, the same in all packages, each with its folder.
 * Nothing where all is well.
 */
export function repositoryFindings({ dir, manifest }: PublishedPackage, checkout: Manifest = readManifest('.')): string[] {
  const url = checkout.repository?.url
  if (url === undefined) return ['repository: is not said, and provenance is bound to it: npm run release -- --repository git+https://HOST/OWNER/NAME.git']
  const { repository } = manifest
  return repository?.url === url && repository.directory === dir ? [] : [`repository: must be ${url} with the directory ${dir}: npm run release -- --repository ${url}`]
}
