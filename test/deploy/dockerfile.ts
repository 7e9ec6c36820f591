import { readFileSync } from 'node:fs'

/** One line of a Dockerfile. */
interface Instruction {
  name: string
  /** What stands behind it, in one line, without flags. */
  text: string
  /** `--from=build` is `{ from: 'build' }`. */
  flags: Record<string, string>
}

/** One stage: what stands from a FROM to the next. */
export interface Stage {
  /** `build` of `FROM node AS build`; '' for the last one. */
  name: string
  base: string
  instructions: Instruction[]
}

/** Reads a Dockerfile as far as ours goes: no continued lines, no ARG, no here documents. */
export function readDockerfile(path: string): Stage[] {
  const stages: Stage[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined || rest.endsWith('\\')) throw new Error(`${path}: this test does not understand ${JSON.stringify(line)}`)
    const flags = Object.fromEntries([...rest.matchAll(/(?<=^|\s)--([a-z-]+)=(\S+)(?=\s.*)/g)].map(([, flag, value]) => [flag!, value!]))
    const text = rest.replace(/^(?:--\S+\s+)*/, '')
    if (name === 'FROM') stages.push({ base: text.split(' ')[0]!, name: / AS (\w+)$/.exec(text)?.[1] ?? '', instructions: [] })
    else stages.at(-1)!.instructions.push({ name, text, flags })
  }
  return stages
}

/** Variables of the ENV lines of a stage. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  return Object.fromEntries(instructions.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)))
}

/** The last line of that name. */
export function lastOf({ instructions }: Stage, name: string): string {
  return instructions.findLast((instruction) => instruction.name === name)?.text ?? ''
}
