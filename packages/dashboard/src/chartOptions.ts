import uPlot from 'uplot'
import { drawMarks } from './annotations/drawMarks.ts'
import { formatTick, type Interval } from './format.ts'

/** What the axes are about. */
export interface Shown {
  labels: readonly string[]
  interval: Interval
  /** Distances that the lines of values may have, and how a value is written. */
  steps: number[]
  format: (value: number) => string
  /** Buckets with a mark, by their index. @default none */
  marked?: Iterable<number>
}

const tickSteps: Readonly<Record<Interval, number[]>> = {
  'time:minute': [1, 5, 10, 15, 30, 60, 120, 180, 240, 360],
  'time:hour': [1, 2, 3, 4, 6, 12, 24, 48, 168],
  'time:day': [1, 2, 3, 7, 14, 28, 56],
  'time:week': [1, 2, 4, 8, 13, 26, 52],
  'time:month': [1, 2, 3, 6, 12],
}
/** The line of a metric, its step into the bucket that is open, and the line of the period before. */
export function lineOptions(host: HTMLElement, shown: () => Shown): uPlot.Options {
  const accent = colourOf(host, '--accent')
  const line: uPlot.Series = {
    stroke: accent,
    width: 2,
    fill: (chart) => fade(chart, accent()),
    paths: uPlot.paths.spline!(),
    points: { show: isSparse, size: 7, fill: accent },
    spanGaps: true,
  }
  const edge = colourOf(host, '--edge')
  const before: uPlot.Series = { ...line, stroke: edge, width: 1.5, points: { show: isSparse, size: 5, fill: edge } }
  delete before.fill
  return {
    ...chartOptions(host, shown),
    series: [{}, line, { ...line, dash: [2, 5] }, before],
  }
}

/** Bars that stand on each other: each reaches from the ground to its sum, and the lower ones are drawn over it. */
export function barOptions(host: HTMLElement, shown: () => Shown, count: number): uPlot.Options {
  const options = chartOptions(host, shown)
  const bar = (index: number): uPlot.Series => ({
    fill: colourOf(host, `--part-${count - index}`),
    width: 0,
    paths: uPlot.paths.bars!({ size: [0.72, 44] }),
    points: { show: false },
  })
  return {
    ...options,
    cursor: { ...options.cursor, points: { show: false } },
    scales: { ...options.scales, x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] } },
    series: [{}, ...Array.from({ length: count }, (_, index) => bar(index))],
  }
}

/** What both have in common. Colours come from the page's CSS at every drawing, so that they follow its scheme. */
function chartOptions(host: HTMLElement, shown: () => Shown): Omit<uPlot.Options, 'series'> {
  // On very wide screens all letters are larger: see page.css.
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
  const axis: uPlot.Axis = { font: `${12 * scale}px system-ui, sans-serif`, stroke: colourOf(host, '--quiet'), ticks: { show: false } }
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [12, 26, 0, 4],
    legend: { show: false },
    hooks: { draw: [(chart) => drawMarks(chart, shown().marked ?? [], colourOf(host, '--mark')())] },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, width: 2, fill: colourOf(host, '--sheet') } },
    scales: {
      x: { time: false },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 4] },
    },
    axes: [
      {
        ...axis,
        size: 34 * scale,
        gap: 10 * scale,
        space: 76 * scale,
        incrs: () => tickSteps[shown().interval],
        values: (_, splits) => splits.map((index) => tick(shown(), index)),
        grid: { show: false },
      },
      {
        ...axis,
        size: 56 * scale,
        space: 44 * scale,
        incrs: () => shown().steps,
        values: (_, splits) => splits.map((value) => shown().format(value)),
        grid: { stroke: colourOf(host, '--line'), width: 1 },
      },
    ],
  }
}

function colourOf(host: HTMLElement, name: string): () => string {
  return () => getComputedStyle(host).getPropertyValue(name).trim()
}

function tick({ labels, interval }: Shown, index: number): string {
  const label = labels[index]
  return label === undefined ? '' : formatTick(label, interval)
}

/** Lone values make no line: a few are shown as points. */
function isSparse(chart: uPlot): boolean {
  const values = [...(chart.data[1] ?? []), ...(chart.data[2] ?? [])]
  return values.filter((value) => value !== null).length < 8
}

/** From a breath of the colour to none, downwards. */
function fade(chart: uPlot, colour: string): CanvasGradient {
  const { top, height } = chart.bbox
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height)
  // uPlot draws a moment later, when the chart may have left the page: then there is no colour any more.
  if (colour === '') return gradient
  gradient.addColorStop(0, `${colour}38`)
  gradient.addColorStop(1, `${colour}05`)
  return gradient
}
