import type { VNode } from 'preact'
import { formatNumber } from './format.ts'
import { MinuteBars } from './minuteBars.tsx'
import type { Navigation } from './navigation.ts'
import type { Pulse } from './pulse.ts'
import { text } from './text.ts'

/** What goes on right now; the scope around it are the last 30 minutes. */
export function Realtime({ navigation, pulse }: { navigation: Navigation; pulse: Pulse }): VNode {
  return (
    <section class="sheet realtime" aria-label={text.realtime.title}>
      <header class="panel-header">
        <h2>{text.realtime.title}</h2>
        <button type="button" class="link" onClick={() => navigation.go({ page: 'overview' })}>
          {text.realtime.back}
        </button>
      </header>
      <div class="realtime-now">
        <p>
          <span class="realtime-count">{pulse.visitorsNow === undefined ? '–' : formatNumber(pulse.visitorsNow)}</span>
          <span class="quiet">{text.realtime.now(pulse.visitorsNow ?? 0)}</span>
        </p>
        <MinuteBars />
      </div>
    </section>
  )
}
