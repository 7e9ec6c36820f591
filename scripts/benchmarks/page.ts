import { benches, type About, type BenchName } from '../../bench/about.ts'
import { formatFigure } from '../../bench/formatFigure.ts'
import type { BenchRecord, Recorded } from '../../bench/record.ts'
import type { Figure } from '../../bench/run.ts'
import { verdictOf } from './verdict.ts'

const names = Object.keys(benches) as BenchName[]

/** The whole page. */
export function writeBenchmarks(record: BenchRecord): string {
  return `# Benchmarks

<!-- Made by \`npm run benchmarks\` of bench/figures.json; a test holds it to them. -->

\`\`\`sh
npm run bench                                        # ratios against others, at a quick size
npm run bench -- all --record && npm run benchmarks  # this page anew; says first how many minutes that takes
\`\`\`

All figures on this page were measured by the command beside them, on that day and that machine, and are in [bench/figures.json](../bench/figures.json). Machines differ by five times, and a machine that others use gives rates that are too low, so measure on yours. What has no record here has no figure.

- A **ratio** says how many times better ours is, measured in the same run: above 1 it is the faster or the smaller one, below 1 the other.
- A **floor** is what an issue of this project had to reach, a **goal** what it aimed at. They are not changed when they are missed.

## Missed

${missed(record)}

${names.map((name) => section(name, record[name])).join('\n\n')}
`
}

/** Every figure that is short of its floor or goal. */
function missed(record: BenchRecord): string {
  const rows = names.flatMap((name) =>
    (record[name]?.figures ?? []).flatMap((figure) => {
      const verdict = verdictOf(figure)
      return verdict.endsWith('missed') || verdict.endsWith('missed**') ? [[`${link(name)}: ${figure.name}`, amount(figure), bound(figure.floor), bound(figure.goal), verdict]] : []
    }),
  )
  const without = names.filter((name) => record[name] === undefined)
  const rest = without.length === 0 ? '' : `\n\nNot recorded yet, so neither reached nor missed: ${without.map(link).join(', ')}.`
  return (rows.length === 0 ? 'No recorded figure is short of its floor or goal.' : table(['figure', 'measured:', 'floor:', 'goal:', ''], rows)) + rest
}

function link(name: BenchName): string {
  const anchor = benches[name].title.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-')
  return `[${name}](#${anchor})`
}

function section(name: BenchName, recorded: Recorded | undefined): string {
  const about: About = benches[name]
  const parts = [`## ${about.title}`, `\`npm run bench -- ${name}\`: ${about.summary}.`, ...(recorded === undefined ? [`Not recorded yet; it takes about ${about.minutes} min.`] : recordOf(name, recorded))]
  return [...parts, list(about.method), ...(about.unequal.length === 0 ? [] : ['Where the work is not equal:', list(about.unequal)])].join('\n\n')
}

function recordOf(name: BenchName, recorded: Recorded): string[] {
  const { figures } = recorded
  const [compared, others] = [figures.filter(({ against }) => against !== undefined), figures.filter(({ against }) => against === undefined)]
  return [
    whenAndWhere(recorded),
    ...(compared.length === 0 ? [] : [comparisons(compared, name === 'table')]),
    ...(others.length === 0 ? [] : [name === 'bytes' ? byColumns(others) : listed(others)]),
  ]
}

function whenAndWhere({ date, machine, command, minutes, commit, versions = {}, note = '' }: Recorded): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const facts = [date, machine, `\`${command}\``, ...(minutes === undefined ? [] : [`${Math.ceil(minutes)} min`]), ...(commit === undefined ? [] : [`commit ${commit}`]), ...(used.length === 0 ? [] : [used.join(', ')]), ...(note === '' ? [] : [note])]
  return `*${facts.join('; ')}*`
}

function comparisons(figures: readonly Figure[], withCommand: boolean): string {
  const rows = figures.map(({ value, against }) => {
    const { what, ours, baseline, theirs, unit, unequal = '', command } = against!
    return [what, `${formatFigure(ours)} ${unit}`, baseline, `${formatFigure(theirs)} ${unit}`, `${value.toFixed(2)}`, unequal, ...(withCommand ? [`\`${command}\``] : [])]
  })
  return table(['what', 'ours:', 'baseline', 'its:', 'ratio:', 'not equal', ...(withCommand ? ['in full'] : [])], rows)
}

function listed(figures: readonly Figure[]): string {
  const limited = figures.some(({ floor, goal }) => floor !== undefined || goal !== undefined)
  if (!limited) return table(['', 'measured:'], figures.map((figure) => [figure.name, amount(figure)]))
  return table(['', 'measured:', 'floor:', 'goal:', ''], figures.map((figure) => [figure.name, amount(figure), bound(figure.floor), bound(figure.goal), verdictOf(figure)]))
}

/** Figures named `thing, column`: a row for each thing. */
function byColumns(figures: readonly Figure[]): string {
  const split = figures.map((figure) => ({ thing: figure.name.slice(0, figure.name.lastIndexOf(', ')), column: figure.name.slice(figure.name.lastIndexOf(', ') + 2), figure }))
  const [things, columns] = [[...new Set(split.map(({ thing }) => thing))], [...new Set(split.map(({ column }) => column))]]
  const cell = (thing: string, column: string): string => {
    const found = split.find((each) => each.thing === thing && each.column === column)
    return found === undefined ? '' : amount(found.figure)
  }
  return table(['', ...columns.map((column) => `${column}:`)], things.map((thing) => [thing].concat(columns.map((column) => cell(thing, column)))))
}

function amount({ value, unit }: Figure): string {
  return `${formatFigure(value)} ${unit}`.trim()
}

function bound(value: number | undefined): string {
  return value === undefined ? '' : formatFigure(value)
}

/** @param heads those that end with a colon are of numbers */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads.map((head) => head.replace(/:$/, ''))), line(heads.map((head) => (head.endsWith(':') ? '---:' : '---'))), ...rows.map(line)].join('\n')
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${sentence}`).join('\n')
}
