import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import type { BenchName } from './about.ts'
import type { Figure } from './run.ts'

/** Figures of a bench, and when, where and how they were measured. */
export interface Recorded {
  /** `YYYY-MM-DD`. */
  date: string
  machine: string
  command: string
  /** How long it took. Not of records of before it was noted. */
  minutes?: number
  /** Of what was measured: the first digits of git's name for it, with `+` where files were changed beside it. */
  commit?: string
  versions?: Record<string, string>
  /** What to know about it. */
  note?: string
  figures: Figure[]
}

export type BenchRecord = Partial<Record<BenchName, Recorded>>

const root = new URL('../', import.meta.url)
const file = new URL('figures.json', import.meta.url)

/** What is in bench/figures.json. */
export function readRecord(): BenchRecord {
  return JSON.parse(readFileSync(file, 'utf8')) as BenchRecord
}

/** In place of what was recorded of that bench before. Numbers have five digits, whole ones all. */
export function writeRecord(name: BenchName, recorded: Recorded): void {
  const short = (_: string, value: unknown): unknown => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value)
  writeFileSync(file, `${JSON.stringify({ ...readRecord(), [name]: recorded }, short, 2)}\n`)
}

/** @example '2 × AMD EPYC, 24 GiB, Linux 6.1.0, Node 20.20.2' */
export function describeMachine(): string {
  const all = cpus()
  return `${all.length} × ${all[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release().split('-')[0]}, Node ${process.versions.node}`
}

/** Of packages of the workspace, as they are installed. */
export function versionsOf(names: readonly string[]): Record<string, string> {
  const versionOf = (name: string) => (JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), 'utf8')) as { version: string }).version
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]))
}

/** Undefined where this is no clone. */
export function commitOf(): string | undefined {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    // The record itself, and the page that is written of it, change nothing of what is measured.
    const changed = git('status', '--porcelain', '--', '.', ':!bench/figures.json', ':!docs') !== ''
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? '+' : ''}`
  } catch {
    return undefined
  }
}
