import { assertCombines, type Filter, type Query } from '@treadlight/store'
import { describe, expect, test } from 'vitest'

type Combination = Pick<Query, 'metrics' | 'dimensions' | 'filters' | 'orderBy'>

const goal: Filter = ['is', 'event:goal', ['signup']]
const source: Filter = ['is', 'visit:source', ['news']]

describe('what goes together', () => {
  test.each<[string, Combination]>([
    ['what is said of visits with any dimension', { metrics: ['visits', 'bounce_rate', 'views_per_visit', 'visit_duration'], dimensions: ['event:name', 'event:props:plan', 'event:goal', 'event:page'] }],
    ['conversions by goal', { metrics: ['conversion_rate'], dimensions: ['event:goal'] }],
    ['conversions by event and property', { metrics: ['group_conversion_rate'], dimensions: ['event:name', 'event:props:plan'] }],
    ['conversions of a filter', { metrics: ['conversion_rate'], dimensions: ['visit:source'], filters: [goal, source] }],
    ['filters that hold anyway', { metrics: ['conversion_rate'], filters: [['and', [goal, ['and', [source]]]]] }],
    ['goals or other goals', { metrics: ['conversion_rate'], filters: [['or', [goal, ['not', ['is', 'event:props:plan', ['pro']]]]]] }],
    ['exits by source', { metrics: ['exit_rate'], dimensions: ['visit:source', 'visit:exit_page'], filters: [source] }],
    ['exits of visits that have converted', { metrics: ['exit_rate'], dimensions: ['visit:exit_page'], filters: [['has_done', goal]] }],
  ])('%s', (_name, query) => {
    expect(() => assertCombines(query)).not.toThrow()
  })
})

describe('what does not, and why', () => {
  test.each<[Combination, string]>([
    [{ metrics: ['visitors', 'conversion_rate'], dimensions: ['visit:source'] }, 'conversion_rate needs event:goal, event:name or event:props:… as a dimension or in a filter'],
    [{ metrics: ['conversion_rate'], filters: [['has_done', goal]] }, 'conversion_rate needs event:goal'],
    [{ metrics: ['visitors'], orderBy: [['group_conversion_rate', 'asc']] }, 'group_conversion_rate needs event:goal'],
    [{ metrics: ['conversion_rate'], filters: [['or', [goal, source]]] }, 'conversion_rate does not go with a filter that joins event:goal and visit:source'],
    [{ metrics: ['conversion_rate'], filters: [['not', ['and', [['has_done', goal], goal]]]] }, 'joins event:goal and has_done'],
    [{ metrics: ['exit_rate'], dimensions: ['event:page'] }, 'exit_rate needs the dimension visit:exit_page'],
    [{ metrics: ['exit_rate'], dimensions: ['visit:exit_page', 'event:goal'] }, 'exit_rate does not go with event:goal'],
    [{ metrics: ['visits'], orderBy: [['exit_rate', 'asc']], dimensions: ['visit:exit_page'], filters: [['not', ['is', 'event:page', ['/']]]] }, 'exit_rate does not go with event:page'],
  ])('%j', (query, message) => {
    expect(() => assertCombines(query)).toThrow(RangeError)
    expect(() => assertCombines(query)).toThrow(message)
  })
})
