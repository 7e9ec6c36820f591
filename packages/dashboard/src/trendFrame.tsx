import type { ComponentChildren, VNode } from 'preact'
import { Choice } from './choice.tsx'
import { ComparePicker } from './comparePicker.tsx'
import { formatRange, type Interval } from './format.ts'
import type { Navigation } from './navigation.ts'
import { type Days, type importedDays, intervalsOf } from './period.ts'
import { text } from './text.ts'

interface TrendFrameProps {
  navigation: Navigation
  /** How fine the chart is. */
  interval: Interval
  /** Which days it shows, and those it holds them against. */
  days: readonly Days[]
  isStale: boolean
  /** The first day of which all hits are there, where figures of days before lack some. */
  wholeFrom?: string | undefined
  /** The last days of which figures are imported, and of which imported ones are left out. */
  imported?: ReturnType<typeof importedDays>
  children: ComponentChildren
}

/** What stands above a chart, whichever it is: its days, and how they are drawn. */
export function TrendFrame({ navigation, interval, days, isStale, wholeFrom, imported, children }: TrendFrameProps): VNode {
  const { view } = navigation
  const intervals = intervalsOf(view.period).filter((name) => view.chart === 'line' || name !== 'time:minute')
  const offered = intervals.includes(interval) ? intervals : [...intervals, interval]
  return (
    <div class={isStale ? 'trend is-stale' : 'trend'}>
      <div class="trend-header">
        <p class="trend-days">
          {/* Isolated: dates of a script that runs the other way would be torn apart. */}
          {days.map((range, index) => [index > 0 && text.against, <bdi key={index}>{formatRange(range)}</bdi>])}
        </p>
        <div class="trend-controls">
          {view.chart === 'line' && <ComparePicker navigation={navigation} />}
          <Choice
            label={text.interval}
            value={interval}
            options={offered.map((name) => [name, text.intervals[name]])}
            onChoose={(name) => navigation.turn({ interval: name })}
          />
          <Choice
            label={text.chart}
            value={view.chart}
            options={(['line', 'sources'] as const).map((name) => [name, text.charts[name]])}
            onChoose={(chart) => navigation.turn({ chart })}
          />
        </div>
      </div>
      {wholeFrom !== undefined && <p class="trend-note">{text.prunedBefore(formatRange([wholeFrom, wholeFrom]))}</p>}
      {imported?.until !== undefined && <p class="trend-note">{text.importedBefore(formatRange([imported.until, imported.until]))}</p>}
      {imported?.skippedUntil !== undefined && <p class="trend-note">{text.importsSkippedBefore(formatRange([imported.skippedUntil, imported.skippedUntil]))}</p>}
      {children}
    </div>
  )
}
