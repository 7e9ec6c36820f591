import uPlot from 'uplot'
import { formatTick, type Interval } from './format.ts'
import { formatMetric, type Metric, metricKinds } from './metrics.ts'

/** Where the cursor is: the bucket, and its place in CSS pixels of the chart. */
export interface Hover {
  index: number
  left: number
  width: number
}

interface Shown {
  series: { labels: string[] }
  metric: Metric
  interval: Interval
}

const tickSteps: Readonly<Record<Interval, number[]>> = {
  'time:minute': [1, 5, 10, 15, 30, 60, 120, 180, 240, 360],
  'time:hour': [1, 2, 3, 4, 6, 12, 24, 48, 168],
  'time:day': [1, 2, 7, 14, 28, 56],
  'time:week': [1, 2, 4, 8, 13, 26, 52],
  'time:month': [1, 2, 3, 6, 12],
}
const font = '12px system-ui, sans-serif'

/** How the trend looks. Colours come from the page's CSS at every drawing, so that they follow its scheme. */
export function chartOptions(host: HTMLElement, shown: () => Shown, onHover: (hover?: Hover) => void): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(host).getPropertyValue(name).trim()
  const line: uPlot.Series = {
    stroke: colour('--accent'),
    width: 2,
    fill: (chart) => fade(chart, colour('--accent')()),
    paths: uPlot.paths.spline!(),
    points: { show: isSparse, size: 7, fill: colour('--accent') },
    spanGaps: true,
  }
  const axis: uPlot.Axis = { font, stroke: colour('--quiet'), ticks: { show: false } }
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [12, 26, 0, 4],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, width: 2, fill: colour('--sheet') } },
    scales: {
      x: { time: false },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 4] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        gap: 10,
        space: 76,
        incrs: () => tickSteps[shown().interval],
        values: (_, splits) => splits.map((index) => tick(shown(), index)),
        grid: { show: false },
      },
      {
        ...axis,
        size: 56,
        space: 44,
        incrs: () => metricKinds[shown().metric].steps,
        values: (_, splits) => splits.map((value) => formatMetric(shown().metric, value)),
        grid: { stroke: colour('--line'), width: 1 },
      },
    ],
    series: [{}, line, { ...line, dash: [2, 5] }],
    hooks: { setCursor: [(chart) => onHover(hoverOf(chart))] },
  }
}

function tick({ series, interval }: Shown, index: number): string {
  const label = series.labels[index]
  return label === undefined ? '' : formatTick(label, interval)
}

/** Lone values make no line: a few are shown as points. */
function isSparse(chart: uPlot): boolean {
  const values = [...(chart.data[1] ?? []), ...(chart.data[2] ?? [])]
  return values.filter((value) => value !== null).length < 8
}

function hoverOf(chart: uPlot): Hover | undefined {
  const { idx, left = -1 } = chart.cursor
  if (idx === null || idx === undefined || left < 0) return undefined
  return { index: idx, left: chart.over.offsetLeft + chart.valToPos(idx, 'x'), width: chart.width }
}

/** From a breath of the colour to none, downwards. */
function fade(chart: uPlot, colour: string): CanvasGradient {
  const { top, height } = chart.bbox
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, `${colour}38`)
  gradient.addColorStop(1, `${colour}05`)
  return gradient
}
