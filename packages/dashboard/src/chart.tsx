import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { chartOptions, type Hover } from './chartOptions.ts'
import { formatBucket, type Interval } from './format.ts'
import { formatMetric, type Metric } from './metrics.ts'
import { type Series, splitOpen } from './series.ts'
import { text } from './text.ts'

export interface ChartProps {
  series: Series
  metric: Metric
  interval: Interval
}

/** A line with a soft fill by uPlot. It is made once; what changes is handed to it. */
export function Chart(props: ChartProps): VNode {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(props)
  const [hover, setHover] = useState<Hover>()
  latest.current = props

  useEffect(() => {
    const element = host.current!
    const chart = new uPlot(chartOptions(element, () => latest.current, setHover), toData(props.series), element)
    plot.current = chart
    const resize = new ResizeObserver(() => chart.setSize(sizeOf(element)))
    resize.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => chart.redraw(false)
    scheme.addEventListener('change', redraw)
    return () => {
      scheme.removeEventListener('change', redraw)
      resize.disconnect()
      chart.destroy()
    }
  }, [])

  useEffect(() => plot.current?.setData(toData(props.series)), [JSON.stringify(props.series), props.metric])

  function moveByKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    const chart = plot.current
    if (step === 0 || !chart) return
    event.preventDefault()
    const last = props.series.labels.length - 1
    const index = Math.min(Math.max((chart.cursor.idx ?? (step > 0 ? -1 : last + 1)) + step, 0), last)
    chart.setCursor({ left: chart.valToPos(index, 'x'), top: 0 })
  }

  return (
    <div
      ref={host}
      class="chart"
      role="group"
      tabIndex={0}
      aria-label={`${text.metrics[props.metric]}. ${text.chartKeys}`}
      onKeyDown={moveByKey}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
    >
      {hover && <Tooltip {...props} hover={hover} />}
    </div>
  )
}

function Tooltip({ series, metric, interval, hover }: ChartProps & { hover: Hover }) {
  const label = series.labels[hover.index]
  if (label === undefined) return null
  const side = hover.left > hover.width / 2 ? 'is-left' : 'is-right'
  return (
    <div class={`tooltip ${side}`} style={{ transform: `translate(${hover.left}px, 0)` }} role="status">
      <div class="tooltip-text">
        <span>{formatBucket(label, interval)}</span>
        <b>
          {formatMetric(metric, series.values[hover.index])} {text.metrics[metric].toLowerCase()}
        </b>
        {hover.index === series.open && <span>{text.soFar}</span>}
      </div>
    </div>
  )
}

/** Buckets lie evenly on the axis by their number: days of 23 or 25 hours cannot bend it. */
function toData(series: Series): uPlot.AlignedData {
  return [series.labels.map((_, index) => index), ...splitOpen(series)]
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight }
}
