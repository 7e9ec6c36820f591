import { textLimits } from '@treadlight/protocol'
import { funnelSteps, journeyLimits } from '@treadlight/store'
import { personPaths } from '../persons/describePaths.ts'
import { hitPaths, hitSchemas } from '../explorer/describePaths.ts'
import { version } from '../version.ts'
import { comparisonModes } from './comparisonRange.ts'
import { rangeNames } from './dateRange.ts'
import { dimensionNames, metricNames, operatorNames, timeNames } from './names.ts'
import { mostColumns, mostRows } from './readQuery.ts'
import { intervalNames, mostBreakdownRows } from './v1/readParams.ts'
import { periodNames } from './v1/periodDays.ts'

type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const list = (items: Schema, limits: Schema = {}): Schema => ({ type: 'array', items, ...limits })
const named = (values: readonly string[], description?: string): Schema => ({ type: 'string', enum: [...values], ...(description && { description }) })
const object = (properties: Record<string, Schema>, required: string[] = Object.keys(properties)): Schema => ({ type: 'object', properties, required })
const only = (schema: Schema): Schema => ({ ...schema, additionalProperties: false })
const nullable = (type: string): Schema => ({ type: [type, 'null'] })
const json = (schema: Schema, example?: unknown): Schema => ({ 'application/json': { schema, ...(example !== undefined && { example }) } })
const answer = (description: string, schema: Schema): Schema => ({ description, content: json(schema) })

const twoTimes = list(text, { minItems: 2, maxItems: 2 })
const propPattern = '^event:props:.+$'
const filterDimension: Schema = { anyOf: [named(dimensionNames), { type: 'string', pattern: propPattern }] }
const dimension: Schema = { anyOf: [named([...dimensionNames, ...timeNames]), { type: 'string', pattern: propPattern }] }

const count: Schema = { type: 'integer' }
const funnelSizes: Schema = { minItems: funnelSteps.min, maxItems: funnelSteps.max }

/** `description` for programs: where each begins with what it takes. */
const schemas: Record<string, Schema> = {
  Error: object({ error: { type: 'string', description: 'What is wrong, beginning with the name of the field' } }),
  DateRange: {
    oneOf: [named(rangeNames), { ...twoTimes, description: 'First and last day, both inclusive, or two moments with a zone, as ISO 8601' }],
  },
  Filter: {
    description: 'A comparison, or other filters joined. All values of a comparison are alternatives; in those of pages * stands for any text',
    oneOf: [
      { type: 'array', prefixItems: [named(operatorNames), filterDimension, list(text, { minItems: 1 }), object({ case_sensitive: { type: 'boolean' } })], minItems: 3, maxItems: 4 },
      { type: 'array', prefixItems: [named(['is', 'is_not']), named(['segment']), list(text, { minItems: 1 })], minItems: 3, maxItems: 3 },
      { type: 'array', prefixItems: [named(['and', 'or']), list(ref('Filter'), { minItems: 1 })], minItems: 2, maxItems: 2 },
      { type: 'array', prefixItems: [named(['not', 'has_done', 'has_not_done']), ref('Filter')], minItems: 2, maxItems: 2 },
    ],
  },
  Query: only(object(
    {
      site_id: { type: 'string', description: 'The id of a site, or one of its hosts' },
      date_range: ref('DateRange'),
      metrics: list(named(metricNames), { minItems: 1, maxItems: mostColumns }),
      dimensions: list(dimension, { maxItems: mostColumns }),
      filters: list(ref('Filter')),
      order_by: list({ type: 'array', prefixItems: [text, named(['asc', 'desc'])], minItems: 2, maxItems: 2 }, { maxItems: mostColumns }),
      include: only(object(
        {
          imports: { type: 'boolean', default: false, description: 'Whether sums of days that another product has told count' },
          time_labels: { type: 'boolean' },
          total_rows: { type: 'boolean' },
          trim_relative_date_range: { type: 'boolean' },
          comparisons: only(object({ mode: named(comparisonModes), date_range: twoTimes, match_day_of_week: { type: 'boolean' } }, ['mode'])),
        },
        [],
      )),
      pagination: only(object({ limit: { type: 'integer', minimum: 1, maximum: mostRows, default: mostRows }, offset: { type: 'integer', minimum: 0, default: 0 } }, [])),
    },
    ['site_id', 'date_range', 'metrics'],
  )),
  Money: { ...object({ value: { type: 'number' }, currency: text, short: text, long: text }), description: 'Revenue in one currency' },
  Value: { oneOf: [nullable('number'), ref('Money')] },
  Row: object(
    {
      dimensions: list(text),
      metrics: list(ref('Value')),
      comparison: object({ dimensions: list(text), metrics: list(ref('Value')), change: list(nullable('number')) }),
    },
    ['dimensions', 'metrics'],
  ),
  Answer: object({
    results: list(ref('Row')),
    meta: object({ imports_included: { type: 'boolean' }, imported_before: { type: 'string', format: 'date-time', description: 'Figures of before are in part imported sums' }, imports_skip_reason: named(['unsupported_query']), imports_skipped_before: { type: 'string', format: 'date-time', description: 'Imported days before are left out' }, imports_warning: text, time_labels: list(text), comparison_time_labels: list(text), total_rows: { type: 'integer' }, pruned_before: { type: 'string', format: 'date-time', description: 'Figures of before are of the hits that retention has left' }, warning: text }, []),
    query: { type: 'object', description: 'The query as it was understood' },
  }),
  VitalsQuery: only(object({ site_id: text, date_range: ref('DateRange'), filters: list(ref('Filter')), by: dimension, limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50 } }, ['date_range'])),
  Vitals: { ...mapOf(ref('Vital')), description: 'By LCP, INP, CLS, FCP, TTFB' },
  Vital: object({
    p75: { ...nullable('number'), description: 'ms, but for CLS' },
    rating: { type: ['string', 'null'], enum: ['good', 'needs-improvement', 'poor', null] },
    measured: { type: 'integer' },
    good: { type: 'integer' },
    needs_improvement: { type: 'integer' },
    poor: { type: 'integer' },
    left_out: { type: 'integer', description: 'Count by their rating, and not for p75' },
  }),
  VitalsAnswer: object(
    {
      metrics: ref('Vitals'),
      rows: list(object({ value: text, measured: { type: 'integer' }, metrics: ref('Vitals') })),
      total_rows: { type: 'integer' },
      time_labels: list(text),
      left_out: { type: 'integer' },
      query: { type: 'object', description: 'The question as it was understood' },
    },
    ['metrics', 'left_out', 'query'],
  ),
  Goal: {
    description: 'What visitors are to do: send an event of this name, or see a page, where * stands for any text',
    oneOf: [object({ name: text, event: text }), object({ name: text, page: text })],
  },
  Visits: object({
    site_id: text,
    summary: object({ interval: { type: 'integer', description: 'Seconds' }, count: { type: 'integer' }, earliest: nullable('string'), latest: nullable('string'), users: { type: 'integer' }, sessions: { type: 'integer' }, ipaddresses: { type: 'integer' }, paths: { type: 'integer' } }),
    results: list(object({ timestamp: { type: 'string', format: 'date-time' }, username: text, session_key: text, ipaddress: text, path: text })),
    page: { type: 'integer' },
    pages: { type: 'integer' },
    total: { type: 'integer' },
    page_size: { type: 'integer' },
  }),
  Step: {
    description: 'What a visit does: see a page, where * stands for any text, send an event, or reach a goal',
    oneOf: ['page', 'event', 'goal'].map((kind) => only(object({ [kind]: text }))),
  },
  TakenStep: { description: 'Exactly this page, or an event of this name', oneOf: ['page', 'event'].map((kind) => only(object({ [kind]: text }))) },
  FunnelQuery: only(object({ site_id: text, date_range: ref('DateRange'), filters: list(ref('Filter')), steps: list(ref('Step'), funnelSizes) }, ['site_id', 'date_range', 'steps'])),
  FunnelAnswer: object({ visitors: count, visits: count, steps: list(object({ visitors: count, visits: count, drop_off: count, step_rate: nullable('number'), conversion_rate: nullable('number') })), meta: { type: 'object' }, query: { type: 'object' } }),
  Funnel: object({ site_id: text, id: text, name: text, steps: list(ref('Step'), funnelSizes), created: { type: 'string', format: 'date-time' } }, ['id', 'name', 'steps', 'created']),
  NewFunnel: only(object({ site_id: text, name: { type: 'string', maxLength: textLimits.name }, steps: list(ref('Step'), funnelSizes) }, ['name', 'steps'])),
  JourneyQuery: only(object(
    {
      site_id: text,
      date_range: ref('DateRange'),
      filters: list(ref('Filter')),
      from: ref('Step'),
      direction: { ...named(['after', 'before']), default: 'after' },
      along: list(ref('TakenStep'), { maxItems: journeyLimits.depth - 1 }),
      events: { type: 'boolean', default: true },
      depth: { type: 'integer', minimum: 1, maximum: journeyLimits.depth, default: 3 },
      branches: { type: 'integer', minimum: 1, maximum: journeyLimits.branches, default: 10 },
    },
    ['site_id', 'date_range'],
  )),
  JourneyAnswer: object({ visits: count, started: count, columns: list(object({ visits: count, steps: list(object({ visits: count })), other: object({ steps: count, visits: count }), ended: count })), meta: { type: 'object' }, query: { type: 'object' } }),
  Segment: object({ id: text, created: { type: 'string', format: 'date-time' }, name: text, filters: list(ref('Filter'), { minItems: 1 }) }),
  Annotation: object(
    { id: text, created: { type: 'string', format: 'date-time' }, time: { type: 'string', description: 'ISO 8601 in UTC, or a site day' }, text, link: { type: 'string', format: 'uri' } },
    ['id', 'created', 'time', 'text'],
  ),
  ...hitSchemas,
  NewGoal: only(object(
    {
      site_id: text,
      name: { type: 'string', maxLength: textLimits.name },
      event: { type: 'string', maxLength: textLimits.name },
      page: { type: 'string', maxLength: textLimits.url },
    },
    [],
  )),
}

const siteId = query('site_id', { ...text, description: 'The id of a site, or one of its hosts; by default the default site' })
const refused = { 400: ref400('Not understood: the field is named'), 401: ref400('No token, or a wrong one'), 403: ref400('A token of another scope'), 429: ref400('Too many requests: try again after Retry-After') }
const v1Params = [
  siteId,
  query('period', { ...named(periodNames), default: '30d' }),
  query('date', { ...text, description: 'A day, by default today; for custom the first and the last one with a comma between' }),
  query('metrics', { ...text, default: 'visitors', description: `With commas between: ${metricNames.join(', ')}` }),
  query('filters', { ...text, description: 'visit:source==Google|Bing;event:page==/blog/*' }),
]

/**
 * The Stats API for programs, as OpenAPI 3.1. What is allowed comes from where it is read, so that the two cannot differ;
 * tests hold the paths to the collector's routes.
 */
export const openapi: Schema = {
  openapi: '3.1.0',
  info: { title: 'Treadlight Stats API', version, license: { name: 'MIT', identifier: 'MIT' }, description: 'What was counted, in the shapes of Plausible’s Stats API' },
  servers: [{ url: '/' }],
  security: [{ token: [] }, { login: [] }],
  paths: {
    '/api/sites': { get: operation('listSites', 'The sites, the default one first', [], object({ sites: list(object({ id: text, timezone: text, hosts: list(text) })), version: text, retention: object({ anonymous: { type: 'number' }, authenticated: { type: 'number' } }) })) },
    '/api/v2/query': {
      post: {
        ...operation('query', 'Metrics by dimensions, filtered, over a range of time', [], ref('Answer')),
        requestBody: { required: true, content: json(ref('Query'), { site_id: 'default', date_range: '7d', metrics: ['visitors'] }) },
        responses: { ...refused, 200: { description: 'Rows; with accept: text/csv as CSV', content: { ...json(ref('Answer')), 'text/csv': { schema: text } } } },
      },
    },
    '/api/vitals': {
      post: {
        ...operation('vitals', 'Web vitals: the 75th percentile and the shares of each, in all and by a dimension', [], ref('VitalsAnswer')),
        requestBody: { required: true, content: json(ref('VitalsQuery'), { site_id: 'default', date_range: '30d', by: 'event:page' }) },
      },
    },
    '/api/v1/stats/aggregate': {
      get: operation('aggregate', 'Metrics of a period', [...v1Params, query('compare', named(['previous_period']))], object({ results: mapOf(object({ value: ref('Value'), change: nullable('number') }, ['value'])) })),
    },
    '/api/v1/stats/timeseries': {
      get: operation('timeseries', 'Metrics of each day, month or hour of a period', [...v1Params, query('interval', named(intervalNames))], object({ results: list(object({ date: text })) })),
    },
    '/api/v1/stats/breakdown': {
      get: operation(
        'breakdown',
        'Metrics by a property',
        [...v1Params, query('property', filterDimension, true), query('limit', { type: 'integer', minimum: 1, maximum: mostBreakdownRows, default: 100 }), query('page', { type: 'integer', minimum: 1, default: 1 })],
        object({ results: list({ type: 'object' }) }),
      ),
    },
    '/api/v1/stats/realtime/visitors': { get: operation('realtimeVisitors', 'Visitors of the last 5 minutes', [siteId], { type: 'integer' }) },
    '/api/realtime': {
      get: {
        ...operation('realtime', 'Server-sent events named realtime: at once, and whenever the present changes', [siteId], text),
        responses: { ...refused, 200: { description: 'data: {"visitors":2,"hits":5,"latest":"id of the newest hit"}', content: { 'text/event-stream': { schema: text } } } },
      },
    },
    '/api/goals': {
      get: operation('listGoals', 'The goals of a site', [siteId], object({ site_id: text, goals: list(ref('Goal')), every_event: { type: 'boolean', description: 'There are none, so every custom event is one' } })),
      post: {
        ...operation('addGoal', 'Adds a goal; a log-in or a token of scope admin', [], ref('Goal')),
        security: [{ login: [] }],
        requestBody: { required: true, content: json(ref('NewGoal'), { page: '/thanks' }) },
        responses: { ...refused, 201: answer('The goal', ref('Goal')), 409: ref400('There is one of this name') },
      },
      delete: {
        ...operation('removeGoal', 'Removes a goal; a log-in or a token of scope admin', [siteId, query('name', text, true)], text),
        security: [{ login: [] }],
        responses: { ...refused, 204: { description: 'Removed' }, 404: ref400('There is none of this name') },
      },
    },
    '/api/funnel': {
      post: {
        ...operation('funnel', 'How far visits came along some steps', [], ref('FunnelAnswer')),
        requestBody: { required: true, content: json(ref('FunnelQuery'), { site_id: 'default', date_range: '30d', steps: [{ page: '/pricing' }, { event: 'signup' }] }) },
      },
    },
    '/api/journeys': {
      post: {
        ...operation('journeys', 'What visits did next, or before', [], ref('JourneyAnswer')),
        requestBody: { required: true, content: json(ref('JourneyQuery'), { site_id: 'default', date_range: '30d', from: { page: '/pricing' } }) },
      },
    },
    '/api/funnels': {
      get: operation('listFunnels', 'The saved funnels of a site', [siteId], object({ site_id: text, funnels: list(ref('Funnel')) })),
      post: {
        ...operation('addFunnel', 'Saves a funnel; a log-in or a token of scope admin', [], ref('Funnel')),
        security: [{ login: [] }],
        requestBody: { required: true, content: json(ref('NewFunnel'), { name: 'Sign-up', steps: [{ page: '/pricing' }, { event: 'signup' }] }) },
        responses: { ...refused, 201: answer('The funnel', ref('Funnel')) },
      },
      delete: {
        ...operation('removeFunnel', 'Removes a funnel; a log-in or a token of scope admin', [siteId, query('id', text, true)], text),
        security: [{ login: [] }],
        responses: { ...refused, 204: { description: 'Removed' }, 404: ref400('There is none of this id') },
      },
    },
    '/api/segments': {
      get: operation('listSegments', 'Saved filters, which queries ask for as ["is", "segment", ["ID or name"]]; owners change them', [siteId], object({ site_id: text, segments: list(ref('Segment')) })),
    },
    '/api/annotations': {
      get: operation('listAnnotations', 'What happened to the site, the earliest first', [siteId, query('date_range', text)], object({ site_id: text, annotations: list(ref('Annotation')) })),
    },
    ...personPaths({ siteId, query, refused }),
    ...hitPaths({ siteId, query, refused, security: [{ token: ['export'] }, { login: [] }] }),
    '/api/props': {
      get: operation('listPropKeys', 'Keys of the props that events carry, the most frequent first: for the dimension event:props:KEY', [siteId, query('date_range', text), query('name', text)], object({ site_id: text, keys: list(text), events: { type: 'integer', description: 'Events that were looked at: the newest' }, complete: { type: 'boolean', description: 'Those were all of the range' } })),
    },
    '/api/visits': {
      get: {
        ...operation(
          'listVisits',
          'Who was on which page, newest first, 100 a page; with the figures of all that the filters let through. A token of scope export',
          [siteId, query('date_range', { ...text, default: '30d' }), ...['username', 'session_key', 'ipaddress', 'path'].map((name) => query(name, { ...text, description: 'Exactly' })), query('page', { type: 'integer', minimum: 1, default: 1, description: 'Past the end it is the last one' }), query('interval', { type: 'integer', minimum: 1, maximum: 3600, default: 60, description: 'Seconds between beats' }), query('format', named(['json', 'csv'], 'csv: all of it, oldest first'))],
          ref('Visits'),
        ),
        security: [{ token: ['export'] }, { login: [] }],
        responses: { ...refused, 200: { description: 'A page; or all as CSV', content: { ...json(ref('Visits')), 'text/csv': { schema: text } } } },
      },
    },
    '/api/openapi.json': { get: { ...operation('describe', 'This description', [], { type: 'object' }), security: [] } },
  },
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'treadlight token create --scope stats' },
      login: { type: 'apiKey', in: 'cookie', name: '__Host-treadlight', description: 'The cookie of a log-in; without TLS it is called treadlight' },
    },
    schemas,
  },
}

function query(name: string, schema: Schema, required = false): Schema {
  return { name, in: 'query', required, schema }
}

function operation(operationId: string, summary: string, parameters: Schema[], schema: Schema): Schema {
  return { operationId, summary, parameters, responses: { ...refused, 200: answer('The answer', schema) } }
}

function ref400(description: string): Schema {
  return answer(description, ref('Error'))
}

function mapOf(schema: Schema): Schema {
  return { type: 'object', additionalProperties: schema }
}
