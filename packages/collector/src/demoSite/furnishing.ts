import type { Goal } from '@treadlight/store'
import type { Annotation } from '../annotations/readAnnotation.ts'
import type { Funnel } from '../funnels/funnels.ts'
import type { Segment } from '../segments/readSegment.ts'

/** Days before the last one: since then the shop's pictures are smaller. */
export const fasterSince = 120

/** What the owner of the made-up shop would have set up. */
export const goals: readonly Goal[] = [
  { name: 'Purchase', event: 'Purchase' },
  { name: 'Newsletter signup', event: 'Newsletter signup' },
  { name: 'Add to cart', event: 'Add to cart' },
  { name: 'Visit /contact', page: '/contact' },
]

export const funnels: readonly Funnel[] = [
  { name: 'From product to order', steps: [{ page: '/shop/*' }, { event: 'Add to cart' }, { page: '/cart' }, { page: '/checkout' }, { goal: 'Purchase' }] },
  { name: 'From the journal into the shop', steps: [{ page: '/journal/*' }, { page: '/shop/*' }, { event: 'Add to cart' }] },
]

export const segments: readonly Segment[] = [
  { name: 'On phones', filters: [['is', 'visit:device', ['Mobile']]] },
  { name: 'German-speaking countries', filters: [['is', 'visit:country', ['DE', 'AT', 'CH']]] },
  { name: 'From the Thursday letter', filters: [['is', 'visit:utm_campaign', ['thursday-letter']]] },
]

/** What happened, and how many days before the last one. */
export const annotations: readonly (Pick<Annotation, 'text'> & { ago: number })[] = [
  { ago: 281, text: 'The journal begins to appear twice a week' },
  { ago: fasterSince, text: 'Smaller pictures: pages load faster' },
  { ago: 90 + 11, text: '“A Year of Repairs” is talked about on Hacker News' },
  { ago: 38, text: 'The autumn sale begins' },
  { ago: 11, text: 'On the front page of Hacker News again' },
]
