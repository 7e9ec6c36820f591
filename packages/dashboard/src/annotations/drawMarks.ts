import type uPlot from 'uplot'

/** Draws a line with a flag at each of the buckets, by their index. */
export function drawMarks(chart: uPlot, indices: Iterable<number>, colour: string): void {
  // uPlot draws a moment later, when the chart may have left the page: then there is no colour any more.
  if (colour === '') return
  const { ctx, bbox } = chart
  // Canvas pixels to one of CSS.
  const scale = ctx.canvas.width / chart.width
  ctx.save()
  ctx.strokeStyle = colour
  ctx.fillStyle = colour
  ctx.lineWidth = scale
  for (const index of indices) {
    const x = Math.round(chart.valToPos(index, 'x', true))
    ctx.setLineDash([3 * scale, 3 * scale])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x + 9 * scale, bbox.top + 4.5 * scale)
    ctx.lineTo(x, bbox.top + 9 * scale)
    ctx.fill()
  }
  ctx.restore()
}
