import type { EnrichContext } from './step.ts'

/**
 * A function that computes once for all hits of a request. They are enriched one after the other without a pause, so
 * the last answer is all that has to be kept. A request is told by its `header` function, which is made for each.
 */
export function oncePerRequest<V>(compute: (request: EnrichContext) => V): (context: EnrichContext) => V {
  let known: { of: EnrichContext['header']; value: V } | undefined
  return (context) => {
    if (known?.of !== context.header) known = { of: context.header, value: compute(context) }
    return known.value
  }
}
