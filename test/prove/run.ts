// `npm run prove -- NAME [--runs N --seed S --json]`: the reliability programme, each part at any size.
import { parseArgs } from 'node:util'
import { browsers } from './browsers.ts'
import { crash } from './crash.ts'
import { fuzz } from './fuzz.ts'
import { processes } from './processes.ts'
import { faults } from './faults.ts'
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
  prove: (options: ProveOptions) => Promise<ProveResult>
}

const proofs: Record<string, Proof> = {
  crash: { summary: 'kill -9 of the collector under load, and of a store in the midst of its upkeep, on the fs driver', runs: 200, prove: crash },
  processes: { summary: 'several processes on one folder, killed and replaced', runs: 20, prove: processes },
  simulate: { summary: 'several processes on a storage that crashes, tears, hangs and lags, by seed', runs: 1000, prove: simulate },
  faults: { summary: 'every call to the storage fails once in every way; full, read-only and forbidden disks; flipped bits', runs: 10_000, prove: faults },
  fuzz: { summary: 'hostile requests to everything that the collector answers, in process and, one in a hundred, as bytes on a socket', runs: 100_000, prove: fuzz },
  browsers: { summary: 'pages in Chromium, Firefox and WebKitGTK while everything goes wrong; [--engine NAME] [--case NAME]', runs: 20, prove: browsers },
}

const usage = [
  'npm run prove -- NAME [--runs N] [--seed S] [--json]',
  '',
  ...Object.entries(proofs).map(([name, { summary, runs }]) => `  ${name}  ${summary} (${runs} runs unless told otherwise)`),
].join('\n')

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
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
  const proof = proofs[positionals[0] ?? '']
  if (values.help || !proof) {
    console.error(usage)
    return values.help ? 0 : 1
  }
  const runs = Number(values.runs ?? proof.runs)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
  const result = await proof.prove({
    runs,
    seed,
    progress: values.json ? () => {} : showProgress(runs),
    say: values.json ? undefined : (line) => console.log(line),
    only: { engine: values.engine, case: values.case },
  })
  console.log(values.json ? JSON.stringify(result) : report(result))
  return result.lost + result.twice + result.serverErrors + result.pageErrors === 0 ? 0 : 1
}

function showProgress(runs: number): ProveOptions['progress'] {
  return (done, { lost, twice }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${runs}, ${lost} lost, ${twice} twice `)
    else if (done % 25 === 0 || done === runs) process.stderr.write(`${done} of ${runs}, ${lost} lost, ${twice} twice\n`)
  }
}

function report({ runs, lost, twice, serverErrors, pageErrors, seed, hits }: ProveResult): string {
  return [
    `${runs} runs, ${hits} acknowledged hits: ${lost} lost, ${twice} counted twice, ${serverErrors} server errors, ${pageErrors} page errors (seed ${seed})`,
    // Rule of three: after n runs without a failure, the chance of one is below 3/n with 95 % confidence.
    ...(lost + twice === 0 ? [`With 95 % confidence fewer than ${((3 / runs) * 100).toFixed(2)} % of such runs lose or double a hit.`] : []),
  ].join('\n')
}
