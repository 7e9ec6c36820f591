// `npm run prove -- NAME [--runs N --seed S --json]`: the reliability programme, each part at any size.
import { parseArgs } from 'node:util'
import { browsers } from './browsers.ts'
import { crash } from './crash.ts'
import { fuzz } from './fuzz.ts'
import { processes } from './processes.ts'
import { faults } from './faults.ts'
import { outbox } from './outbox.ts'
import { simulate } from './simulate.ts'

export interface ProveOptions {
  runs: number
  seed: number
  /** Called after each run. */
  progress: (done: number, result: ProveResult) => void
  /** Called with what only people read. */
  say?: ((line: string) => void) | undefined
  /** Leaves out all but these; each proof knows its own. */
  only?: { engine?: string | undefined; case?: string | undefined }
}

export interface ProveResult {
  runs: number
  /** How many of these runs were added to those that were asked for, by what they are. */
  added?: Record<string, number>
  /** Acknowledged hits that are not there. */
  lost: number
  /** Hits that are counted more than once. */
  twice: number
  /** Answers that no sender should see: neither stored, refused nor "try again". */
  serverErrors: number
  pageErrors: number
  seed: number
  /** Acknowledged hits that all of this was tried on. */
  hits: number
}

interface Proof {
  summary: string
  runs: number
  /** What is run beside that, however many are asked for. */
  adds?: string
  prove: (options: ProveOptions) => Promise<ProveResult>
}

const proofs: Record<string, Proof> = {
  crash: { summary: 'kill -9 of the collector under load, and of a store in the midst of its upkeep, on the fs driver', runs: 200, prove: crash },
  processes: { summary: 'several processes on one folder, killed and replaced', runs: 20, prove: processes },
  simulate: { summary: 'several processes on a storage that crashes, tears, hangs and lags, by seed', runs: 1000, adds: 'the seeds that have failed once', prove: simulate },
  faults: { summary: 'every call to the storage fails once in every way; full, read-only and forbidden disks; flipped bits', runs: 10_000, adds: 'the disks and the bits', prove: faults },
  fuzz: { summary: 'hostile requests to everything that the collector answers, in process and, one in a hundred, as bytes on a socket', runs: 100_000, adds: 'the seeds that have failed once', prove: fuzz },
  outbox: { summary: 'kill -9 of servers with an outbox, and of collectors that hand hits on, while what they send to and what is in between fail too', runs: 100, prove: outbox },
  browsers: { summary: 'pages in Chromium, Firefox and WebKitGTK while everything goes wrong; [--engine NAME] [--case NAME]', runs: 20, prove: browsers },
}

const usage = [
  'npm run prove -- NAME [--runs N] [--seed S] [--json]',
  '',
  ...Object.entries(proofs).map(([name, { summary, runs, adds }]) => `  ${name}  ${summary} (${runs} runs unless told otherwise${adds ? `, and ${adds}` : ''})`),
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
  const [name = '', ...others] = positionals
  const proof = Object.hasOwn(proofs, name) ? proofs[name] : undefined
  if (!proof || others.length > 0) return complain(name === '' ? 'prove what?' : `there is no proof ${positionals.join(' ')}`)
  const wrong = (['runs', 'seed'] as const).find((each) => !/^\d+$/.test(values[each] ?? '0'))
  if (wrong !== undefined) return complain(`--${wrong} ${values[wrong]}: must be a whole number`)
  const runs = Number(values.runs ?? proof.runs)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
  const result = await proof.prove({
    runs,
    seed,
    progress: values.json ? () => {} : showProgress(proof.adds === undefined ? String(runs) : `${runs} and more`),
    say: values.json ? undefined : (line) => console.log(line),
    only: { engine: values.engine, case: values.case },
  })
  console.log(values.json ? JSON.stringify(result) : report(result))
  return result.lost + result.twice + result.serverErrors + result.pageErrors === 0 ? 0 : 1
}

/** @throws TypeError for an unknown option */
function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean' },
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

function showProgress(total: string): ProveOptions['progress'] {
  return (done, { lost, twice }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}, ${lost} lost, ${twice} twice `)
    else if (done % 25 === 0 || String(done) === total) process.stderr.write(`${done} of ${total}, ${lost} lost, ${twice} twice\n`)
  }
}

function report({ runs, added = {}, lost, twice, serverErrors, pageErrors, seed, hits }: ProveResult): string {
  const extra = Object.entries(added).map(([what, its]) => `${its} ${what}`)
  return [
    `${runs} runs${extra.length > 0 ? ` (${extra.join(' and ')} among them)` : ''}, ${hits} acknowledged hits: ${lost} lost, ${twice} counted twice, ${serverErrors} server errors, ${pageErrors} page errors (seed ${seed})`,
    // Rule of three: after n runs without a failure, the chance of one is below 3/n with 95 % confidence.
    ...(lost + twice === 0 ? [`With 95 % confidence fewer than ${((3 / runs) * 100).toFixed(2)} % of such runs lose or double a hit.`] : []),
  ].join('\n')
}
