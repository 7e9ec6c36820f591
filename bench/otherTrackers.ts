import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Feature = 'single-page routes' | 'sending from a page that is left' | 'views from the back/forward cache' | 'scroll depth' | 'retries' | 'a queue that outlives the page'

/** A tracker as its package has it: a script that pages load as it is, or a module that they bundle. */
export type OtherTracker = {
  name: string
  version: string
  /** What it has although the words of `features` are not in its code. */
  has?: readonly Feature[]
  /** What it has beyond `t.js`. */
  more?: string
} & ({ file: string } | { module: string; exports: string })

/** What `t.js` does, and words without which no script can: where none of them is in the code, it does not. */
const features: Readonly<Record<Feature, RegExp>> = {
  'single-page routes': /pushState|currententrychange|navigatesuccess/,
  'sending from a page that is left': /keepalive|sendBeacon/,
  'views from the back/forward cache': /pageshow/,
  'scroll depth': /scroll/i,
  'retries': /retry|retries/i,
  'a queue that outlives the page': /indexedDB/,
}

/** By size. Versions as they were published in November 2026; the newest may weigh something else. */
export const trackers: readonly OtherTracker[] = [
  { name: 'plausible-tracker', version: '0.3.9', module: 'build/module/index.js', exports: '{ default }' },
  { name: '@counterscale/tracker', version: '3.4.1', file: 'dist/loader/tracker.js' },
  { name: '@plausible-analytics/tracker', version: '0.4.6', module: 'plausible.js', exports: '{ init, track }', more: 'outbound links, downloads, forms' },
  { name: '@openpanel/web', version: '1.4.1', file: 'dist/src/tracker.global.js', more: 'a recorder of sessions that it loads where one is wanted' },
  { name: 'web-vitals', version: '6.2.3', file: 'dist/web-vitals.iife.js', more: 'web vitals, and nothing else: it counts and sends nothing' },
  { name: 'swetrix', version: '4.6.1', file: 'dist/swetrix.js', has: ['single-page routes'], more: 'errors of the page' },
  { name: 'ackee-tracker', version: '5.1.3', file: 'dist/ackee-tracker.min.js' },
  { name: '@rybbit/js', version: '0.6.2', module: 'dist/index.mjs', exports: '{ default }', more: 'web vitals, outbound links' },
  { name: 'analytics', version: '0.8.19', file: 'dist/analytics.min.js', more: 'plugins that send; by itself it sends nothing' },
  { name: '@snowplow/browser-tracker', version: '4.10.1', file: 'dist/index.umd.min.js', has: ['a queue that outlives the page'], more: 'plugins, contexts, a queue in localStorage' },
  { name: 'posthog-js', version: '1.449.2', file: 'dist/array.js', more: 'clicks by themselves, feature flags, surveys, recordings of sessions' },
]

/** @returns what is not the same work, by the code of that version */
export function lackOf({ has = [], more }: OtherTracker, code: string): string {
  const lacking = Object.entries(features).flatMap(([feature, words]) => (words.test(code) || has.includes(feature as Feature) ? [] : [feature]))
  return [...(lacking.length === 0 ? [] : [`it lacks ${lacking.join(', ')}`]), ...(more === undefined ? [] : [`it has ${more}`])].join('; ')
}

/** @returns the folder of their modules, kept below `folder`; undefined where they cannot be installed */
export function installTrackers(folder: string): string | undefined {
  const modules = join(folder, 'node_modules')
  if (trackers.every((tracker) => isThere(modules, tracker))) return modules
  console.error(`Installing ${trackers.length} trackers from npm …`)
  mkdirSync(folder, { recursive: true })
  // A root of its own: npm would else take the workspace's. Nothing of them is run.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const packages = trackers.map(({ name, version }) => `${name}@${version}`)
  spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder })
  return trackers.every((tracker) => isThere(modules, tracker)) ? modules : undefined
}

function isThere(modules: string, { name, version }: OtherTracker): boolean {
  const path = join(modules, name, 'package.json')
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version === version
}
