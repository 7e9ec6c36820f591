import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from 'web-vitals'
import type { Part } from './init.ts'
import { addHit, guard, view } from './page.ts'

/**
 * Reports Google's web vitals as events named `Web Vitals`, one for each value, measured by the web-vitals package, which
 * has to be installed beside this one. They do not end a bounce: nobody has done anything.
 *
 * @example
 * import { init, standard } from '@treadlight/tracker'
 * import { vitals } from '@treadlight/tracker/vitals'
 * init({ endpoint: '/hit', use: [vitals(), ...standard()] })
 */
export function vitals(): Part {
  return () => {
    for (const measure of [onCLS, onFCP, onINP, onLCP, onTTFB]) measure(guard(report))
  }
}

function report({ name, value, rating }: Metric): void {
  const rounded = name === 'CLS' ? Math.round(value * 1e4) / 1e4 : Math.round(value)
  addHit({
    type: 'event',
    name: 'Web Vitals',
    view: view!.id,
    interactive: false,
    props: { metric: name, value: rounded, rating },
  })
}
