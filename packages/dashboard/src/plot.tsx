import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'

/** Where the cursor is: the bucket, and its place in CSS pixels of the chart. */
export interface Hover {
  index: number
  left: number
  width: number
}

interface PlotProps {
  data: uPlot.AlignedData
  /** How it looks; asked once. What changes later it finds out by itself, and `data` says that there is something. */
  options: (host: HTMLElement) => uPlot.Options
  /** Changes whenever the plot is to be drawn anew. */
  drawing: string
  /** What is seen, for those who do not see it. */
  label: string
  /** Shown where the cursor is. */
  children: (hover: Hover) => ComponentChildren
}

/** A chart by uPlot that follows its width, the colour scheme, the pointer and the arrow keys. */
export function Plot({ data, options, drawing, label, children }: PlotProps): VNode {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [hover, setHover] = useState<Hover>()

  useEffect(() => {
    const element = host.current!
    const own = options(element)
    const hooks = { ...own.hooks, setCursor: [(chart: uPlot) => setHover(hoverOf(chart))] }
    const chart = new uPlot({ ...own, ...sizeOf(element), hooks }, data, element)
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

  useEffect(() => plot.current?.setData(data), [drawing])

  function moveByKey(event: KeyboardEvent): void {
    const chart = plot.current
    const index = chart && indexByKey(event.key, chart.cursor.idx ?? undefined, data[0].length - 1)
    if (index === undefined) return
    event.preventDefault()
    chart?.setCursor({ left: chart.valToPos(index, 'x'), top: 0 })
  }

  return (
    <div
      ref={host}
      class="chart"
      role="group"
      tabIndex={0}
      aria-label={label}
      onKeyDown={moveByKey}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
    >
      {/* In its place from the start, so that what comes into it is read out. */}
      <div role="status">{hover && children(hover)}</div>
    </div>
  )
}

function indexByKey(key: string, index: number | undefined, last: number): number | undefined {
  if (key === 'ArrowLeft') return Math.max((index ?? last + 1) - 1, 0)
  if (key === 'ArrowRight') return Math.min((index ?? -1) + 1, last)
  if (key === 'Home') return 0
  return key === 'End' ? last : undefined
}

function hoverOf(chart: uPlot): Hover | undefined {
  const { idx, left = -1 } = chart.cursor
  if (idx === null || idx === undefined || left < 0) return undefined
  return { index: idx, left: chart.over.offsetLeft + chart.valToPos(idx, 'x'), width: chart.width }
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight }
}
