import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { lineOptions, type Shown } from '../chartOptions.ts'
import { formatBucket } from '../format.ts'
import { HiddenTable } from '../hiddenTable.tsx'
import { Plot } from '../plot.tsx'
import { bucketOf, splitOpen } from '../series.ts'
import { text } from '../text.ts'
import { Tooltip } from '../tooltip.tsx'
import { formatCount, formatVital, type VitalName, type VitalsAnswer } from './vitals.ts'
import { words } from './words.ts'

interface VitalTrendProps {
  name: VitalName
  /** By day. */
  answer: VitalsAnswer
  /** The site's wall clock. */
  clock: string
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]
const interval = 'time:day'

/** The percentile of one metric, day by day. */
export function VitalTrend({ name, answer, clock }: VitalTrendProps): VNode {
  const labels = answer.time_labels ?? []
  const byDay = new Map(answer.rows?.map(({ value, metrics }) => [value, metrics[name]]))
  const values = labels.map((label) => byDay.get(label)?.p75 ?? null)
  const measured = (index: number) => words.measured(formatCount(byDay.get(labels[index]!)?.measured ?? 0))
  const open = labels.indexOf(bucketOf(clock, interval))
  const data: uPlot.AlignedData = [labels.map((_, index) => index), ...splitOpen({ labels, values, open }), labels.map(() => null)]
  const shown: Shown = { labels, interval, steps, format: (value) => formatVital(name, value) }
  const latest = useRef(shown)
  latest.current = shown
  const said = (index: number) => (values[index] === null || values[index] === undefined ? '–' : formatVital(name, values[index]))

  return (
    <div class="trend vital-trend">
      <Plot data={data} drawing={JSON.stringify([name, data])} options={(host) => lineOptions(host, () => latest.current)} label={`${words.trend(name)}. ${text.chartKeys}`}>
        {(hover) =>
          labels[hover.index] !== undefined && (
            <Tooltip hover={hover}>
              <span>{formatBucket(labels[hover.index]!, interval)}</span>
              <b>
                {name} {said(hover.index)}
              </b>
              <span>{measured(hover.index)}</span>
            </Tooltip>
          )
        }
      </Plot>
      <HiddenTable
        caption={words.trend(name)}
        heads={[words.day, words.p75, words.count]}
        rows={labels.map((label, index) => ({ key: label, name: formatBucket(label, interval), cells: [said(index), measured(index)] }))}
      />
    </div>
  )
}
