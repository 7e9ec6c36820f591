import { assumptions, measuredBenches, needsOf, prices, type Measurements, type Needs } from './model.ts'

/** Hits a month that the page tells of. */
const volumes: readonly number[] = [1e6, 1e7, 1e8, 1e9, 1e10]

type Row = [label: string, say: (needs: Needs) => string]

const rows: readonly Row[] = [
  ['hits a second, on average', ({ average }) => figure(average)],
  [`in the busiest second (× ${assumptions.peak})`, ({ peak }) => figure(peak)],
  ['cores that take these, a hit a request', ({ coresAlone }) => figure(coresAlone)],
  ['cores that take these, 50 hits a request', ({ coresBatches }) => figure(coresBatches)],
  ['cores for upkeep, on average', ({ upkeep }) => figure(upkeep)],
  [`disk after ${assumptions.months} months`, ({ disk }) => gigabytes(disk)],
  [`hits of the largest day (× ${assumptions.largestDay})`, ({ largestDay }) => count(largestDay)],
  ['memory to take and compact that day', ({ memory }) => gigabytes(memory)],
  ['headline of the year, asked before', ({ latency }) => `${figure(latency)} ms`],
  ['the same of one country and source', ({ latencyFiltered }) => `${figure(latencyFiltered)} ms`],
  ['requests to a bucket that write or list', ({ classA }) => `${figure(classA)} M`],
  ['requests to a bucket that read', ({ classB }) => `${figure(classB)} M`],
  ['read from the bucket', ({ read }) => gigabytes(read)],
  ...prices.map(({ name }): Row => [`a month of ${name}, read from within its region`, ({ dollars, read }) => dollarsOf(dollars[name]! - read * prices.find((each) => each.name === name)!.egress)]),
  ['where it fits', ({ fits }) => fits],
  ['ClickHouse: disk, two copies', ({ cluster }) => gigabytes(cluster.disk)],
  [`ClickHouse: nodes of ${assumptions.cores} cores and ${assumptions.disk / 1000} TB (shards × ${assumptions.replicas})`, ({ cluster }) => `${cluster.nodes} (${cluster.shards} × ${assumptions.replicas})`],
]

/** The table of docs/scale.md. */
export function scaleTable(measured: Measurements): string {
  const needs = volumes.map((hits) => needsOf(hits, measured))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(['hits a month', ...volumes.map(count)]), line(['---', ...volumes.map(() => '---:')]), ...rows.map(([label, say]) => line([label, ...needs.map(say)]))].join('\n')
}

/** The table of prices. */
export function priceTable(): string {
  const cells = prices.map(({ name, storage, classA, classB, egress, source, date }) => `| ${name} | ${storage} | ${classA} | ${classB} | ${egress} | ${source}, ${date} |`)
  return ['| | GB and month | million writes, listings | million reads | GB to the internet | from |', '| --- | ---: | ---: | ---: | ---: | --- |', ...cells].join('\n')
}

/** Where the figures are from. */
export function sourceTable(measured: Measurements): string {
  const cells = measuredBenches.map((name) => measured[name]).map(({ date, machine, command, note = '' }) => `| \`${command}\` | ${date} | ${machine} | ${note} |`)
  return ['| command | date | machine | |', '| --- | --- | --- | --- |', ...cells].join('\n')
}

/** Two digits, or all before the point. */
function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(2)))
}

function gigabytes(value: number): string {
  if (value >= 1000) return `${figure(value / 1000)} TB`
  return value >= 1 ? `${figure(value)} GB` : `${figure(value * 1000)} MB`
}

function count(value: number): string {
  if (value >= 1e9) return `${figure(value / 1e9)} G`
  return value >= 1e6 ? `${figure(value / 1e6)} M` : `${figure(value / 1e3)} k`
}

function dollarsOf(value: number): string {
  return `$${value < 10 ? value.toFixed(2) : figure(value)}`
}
