// `npm run prove`: the reliability programme at a small size. `npm run prove -- NAME [--runs N --seed S]`: one part at any size.
import { parseArgs } from 'node:util'
import { onInterruption } from './interruption.ts'
import { describePart, describeProgramme, isPassed, runPart, type PartOutcome } from './programme.ts'
import type { ProveOptions } from './proof.ts'
import { proofs } from './proofs.ts'
import { describeCommit, recordRun } from './record.ts'

const usage = [
  'npm run prove [-- --without NAME]      all parts at a small size, in some minutes',
  'npm run prove -- NAME [--runs N] [--seed S] [--jobs N] [--json] [--record]',
  '',
  ...Object.entries(proofs).map(([name, { summary, unit, runs, adds }]) => `  ${name}  ${summary} (${runs.toLocaleString('en')} ${unit} unless told otherwise${adds ? `, and ${adds}` : ''})`),
  '',
  '--record adds the run to test/prove/record.ndjson, of which `npm run proof` makes the table in docs/proof.md. Ctrl-C ends a part',
  'after the run that is under way. Exit code: 0 if nothing failed, 1 if something did, 130 if it was ended early.',
].join('\n')

process.exitCode = await main()

async function main(): Promise<number> {
  let parsed: ReturnType<typeof readArguments>
  try {
    parsed = readArguments()
  } catch (error) {
    return complain((error as Error).message.split('. ')[0]!)
  }
  const { values, positionals } = parsed
  if (values.help) {
    console.error(usage)
    return 0
  }
  const [name, ...others] = positionals
  const unknown = [...positionals, ...values.without].find((each) => !Object.hasOwn(proofs, each))
  if (unknown !== undefined || others.length > 0) return complain(`there is no proof ${unknown ?? positionals.join(' ')}`)
  const wrong = (['runs', 'seed', 'jobs'] as const).find((each) => !/^\d+$/.test(values[each] ?? '0'))
  if (wrong !== undefined) return complain(`--${wrong} ${values[wrong]}: must be a whole number`)
  if (name === undefined && values.runs !== undefined) return complain('--runs: of which part? Name one')
  // A part of a part is none of what the page publishes.
  if (values.record && (values.engine ?? values.case) !== undefined) return complain('--record: takes whole runs, without --engine and --case')
  return runParts(name === undefined ? Object.keys(proofs).filter((each) => !values.without.includes(each)) : [name], name === undefined, values)
}

async function runParts(names: readonly string[], isSmall: boolean, values: ReturnType<typeof readArguments>['values']): Promise<number> {
  const signal = onInterruption((line) => console.error(line))
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
  const outcomes: PartOutcome[] = []
  for (const name of names) {
    if (signal.aborted) break
    const proof = proofs[name]!
    const commit = values.record ? describeCommit() : ''
    const runs = isSmall ? proof.small : Number(values.runs ?? proof.runs)
    const outcome = await runPart(name, proof, {
      runs,
      seed,
      progress: values.json || (isSmall && !process.stderr.isTTY) ? () => {} : showProgress(name, proof.adds === undefined ? String(runs) : `${runs} and more`),
      say: values.json || isSmall ? undefined : (line) => console.log(line),
      only: { engine: values.engine, case: values.case },
      signal,
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
    })
    outcomes.push(outcome)
    if (values.record && typeof outcome.result !== 'string' && outcome.result.runs > 0) recordRun(name, commit, outcome.seconds, outcome.result)
    console.log(values.json ? toJson(outcome) : describePart(outcome))
    if (!values.json && !isSmall) sayFigures(outcome)
  }
  if (isSmall && !values.json) console.log(`\n${describeProgramme(outcomes)}`)
  if (!outcomes.every(isPassed)) return 1
  return signal.aborted ? 130 : 0
}

/** @throws TypeError for an unknown option */
function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      jobs: { type: 'string' },
      json: { type: 'boolean' },
      record: { type: 'boolean' },
      without: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean' },
      engine: { type: 'string' },
      case: { type: 'string' },
    },
  })
}

function complain(text: string): number {
  console.error(`prove: ${text}\n\n${usage}`)
  return 1
}

function showProgress(name: string, total: string): ProveOptions['progress'] {
  let told = 0
  return (done, { lost, twice }) => {
    const line = `${name}: ${done} of ${total}, ${lost} lost, ${twice} twice`
    if (process.stderr.isTTY) process.stderr.write(`\r${line} `)
    // Into a file no more than a line a minute, and the last one.
    else if (performance.now() - told > 60_000 || String(done) === total) {
      told = performance.now()
      process.stderr.write(`${line}\n`)
    }
  }
}

function toJson({ name, seconds, result }: PartOutcome): string {
  return JSON.stringify({ name, ...(typeof result === 'string' ? { error: result } : result), seconds: Math.round(seconds) })
}

function sayFigures({ result }: PartOutcome): void {
  if (typeof result === 'string') return
  for (const [what, runs] of Object.entries(result.added ?? {})) console.log(`  among them ${runs} ${what}`)
  for (const [what, value] of Object.entries(result.figures ?? {})) console.log(`  ${what}: ${Number(value.toPrecision(4))}`)
}
