import { expect, test } from 'vitest'
import { mergeMetrics, type Metric } from '../../packages/collector/src/metrics/mergeMetrics.ts'
import { mergeSamples } from '../../packages/collector/src/drops/dropSamples.ts'
import { mergeCapped } from '../../packages/collector/src/enrich/distinct.ts'
import { mergeUnknownHosts } from '../../packages/collector/src/enrich/unknownHosts.ts'

const metric = (fields: Partial<Metric>): Metric => ({ name: 'm', type: 'gauge', help: 'h', samples: [], ...fields })

test('counters are added by their labels, of gauges what they say', () => {
  const one = [
    metric({ name: 'hits', type: 'counter', samples: [[{ outcome: 'stored' }, 2]] }),
    metric({ name: 'failing', together: 'max', samples: [[{}, 1]] }),
    metric({ name: 'start', together: 'min', samples: [[{}, 100]] }),
    metric({ name: 'memory', together: 'sum', samples: [[{}, 5]] }),
  ]
  const two = [
    metric({ name: 'hits', type: 'counter', samples: [[{ outcome: 'stored' }, 3], [{ outcome: 'duplicate' }, 1]] }),
    metric({ name: 'failing', together: 'max', samples: [[{}, 0]] }),
    metric({ name: 'start', together: 'min', samples: [[{}, 90]] }),
    metric({ name: 'memory', together: 'sum', samples: [[{}, 6]] }),
    metric({ name: 'late', type: 'counter', samples: [[{}, 1]] }),
  ]
  expect(mergeMetrics([one, two]).map(({ name, samples }) => [name, samples])).toEqual([
    ['hits', [[{ outcome: 'stored' }, 5], [{ outcome: 'duplicate' }, 1]]],
    ['failing', [[{}, 1]]],
    ['start', [[{}, 90]]],
    ['memory', [[{}, 11]]],
    ['late', [[{}, 1]]],
  ])
  expect(mergeMetrics([one])).toEqual(one)
})

test('a histogram part by part', () => {
  const of = (below: number, all: number, sum: number): Metric =>
    metric({ type: 'histogram', samples: [[{ le: '1' }, below, '_bucket'], [{ le: '+Inf' }, all, '_bucket'], [{}, sum, '_sum'], [{}, all, '_count']] })
  expect(mergeMetrics([[of(1, 2, 3)], [of(10, 20, 30)]])).toEqual([of(11, 22, 33)])
})

test('samples of dropped hits: the newest five of each reason', () => {
  const sample = (second: number) => ({ time: `2026-11-21T12:00:0${second}.000Z`, host: 'a', path: '/', userAgent: '' })
  const merged = mergeSamples([{ bot: [5, 3, 1].map(sample) }, { bot: [6, 4, 2].map(sample), spam: [sample(7)] }])
  expect(merged).toEqual({ bot: [6, 5, 4, 3, 2].map(sample), spam: [sample(7)] })
})

test('unknown hosts with their hits together, and what was capped', () => {
  const one = [{ host: 'a', hits: 3, latest: 9 }, { host: 'b', hits: 2, latest: 1 }]
  expect(mergeUnknownHosts([one, [{ host: 'b', hits: 2, latest: 5 }]])).toEqual([{ host: 'b', hits: 4, latest: 5 }, { host: 'a', hits: 3, latest: 9 }])
  expect(mergeCapped([{ '2026-11-21': { path: 1 } }, { '2026-11-21': { path: 2, name: 1 }, '2026-11-20': { source: 1 } }])).toEqual({
    '2026-11-21': { path: 3, name: 1 },
    '2026-11-20': { source: 1 },
  })
})
