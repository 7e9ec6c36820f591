import type { Random } from './random.ts'
import { choose } from './choose.ts'
import { articleAt, pageOf, type PageKind, type SeedPage } from './pages.ts'

/** Where a visit comes from. */
export interface Origin {
  referrer: string
  /** What the link's address has behind the path; '' or beginning with `?`. */
  query: string
  land: PageKind | number
  /** How much of it there is on a day. */
  weigh(day: SeedDay): number
}

/** A day of the traffic. */
export interface SeedDay {
  /** `YYYY-MM-DD`, the site's. */
  day: string
  /** Days before the one that all is reckoned from; below 0 behind it. */
  ago: number
  /** 0 is Sunday. */
  weekday: number
}

/** The origin of a visit on that day, and the page that it enters by. */
export function chooseOrigin(random: Random, day: SeedDay): { origin: Origin; entry: SeedPage } {
  const origin = choose(random, origins, (each) => each.weigh(day))
  const entry = typeof origin.land === 'number' ? articleAt(origin.land) : pageOf(origin.land, random)
  return { origin, entry: random() < 0.008 ? pageOf('missing', random) : entry }
}

/** How many more visits a day has because somebody wrote about the site, or for a newsletter. */
export function buzzOf(day: SeedDay): number {
  const weights = origins.map((origin) => origin.weigh(day))
  return weights.reduce((sum, weight) => sum + weight, 0) / usual
}

const always = (weight: number) => () => weight
/** The day of a quarter, backwards. */
const ofQuarter = ({ ago }: SeedDay): number => ((ago % 90) + 90) % 90
/** A campaign of some days that comes back each quarter. */
const between = (first: number, last: number, weight: number) => (day: SeedDay) => (ofQuarter(day) <= first && ofQuarter(day) >= last ? weight : 0)
/** Somebody with many readers links to it: a day of many, and a tail of a week. */
const burst = (ago: number, weight: number) => (day: SeedDay) => {
  const since = ago - ofQuarter(day)
  return since >= 0 && since < 8 ? weight * 0.45 ** since : 0
}
/** Thursday's letter is read until Saturday. */
const letter = (weight: number) => ({ weekday }: SeedDay) => (weekday === 4 ? weight : weekday === 5 ? weight * 0.35 : weekday === 6 ? weight * 0.1 : 0)

const origins: readonly Origin[] = [
  { referrer: '', query: '', land: 'home', weigh: always(170) },
  { referrer: '', query: '', land: 'product', weigh: always(46) },
  { referrer: '', query: '', land: 'article', weigh: always(40) },
  { referrer: 'https://www.google.com/', query: '', land: 'article', weigh: always(120) },
  { referrer: 'https://www.google.com/', query: '', land: 'product', weigh: always(90) },
  { referrer: 'https://www.google.de/', query: '', land: 'home', weigh: always(50) },
  { referrer: 'https://duckduckgo.com/', query: '', land: 'article', weigh: always(44) },
  { referrer: 'https://www.bing.com/', query: '', land: 'product', weigh: always(36) },
  { referrer: 'https://www.ecosia.org/', query: '', land: 'article', weigh: always(22) },
  { referrer: 'https://chatgpt.com/', query: '?utm_source=chatgpt.com', land: 'article', weigh: ({ ago }) => Math.max(4, 26 - ago / 8) },
  { referrer: 'https://www.perplexity.ai/', query: '', land: 'article', weigh: always(8) },
  { referrer: 'https://www.instagram.com/', query: '', land: 'product', weigh: always(24) },
  { referrer: 'https://www.pinterest.com/', query: '', land: 'article', weigh: always(18) },
  { referrer: 'https://www.youtube.com/', query: '', land: 'article', weigh: always(14) },
  { referrer: 'https://www.reddit.com/', query: '', land: 1, weigh: burst(25, 260) },
  { referrer: 'https://news.ycombinator.com/', query: '', land: 5, weigh: burst(11, 520) },
  { referrer: 'https://www.reddit.com/', query: '', land: 'article', weigh: always(12) },
  { referrer: 'https://bsky.app/', query: '', land: 'article', weigh: always(11) },
  { referrer: 'https://hut-to-hut.example/favourite-gear', query: '', land: 'product', weigh: always(20) },
  { referrer: 'https://slow-travel.example/packing-list', query: '', land: 0, weigh: always(16) },
  { referrer: '', query: '?utm_source=newsletter&utm_medium=email&utm_campaign=thursday-letter', land: 'article', weigh: letter(150) },
  { referrer: 'https://www.google.com/', query: '?utm_source=google&utm_medium=cpc&utm_campaign=autumn-sale&utm_term=rain+jacket&gclid=Cj0example', land: 'product', weigh: between(38, 15, 70) },
  { referrer: 'https://www.google.com/', query: '?utm_source=google&utm_medium=cpc&utm_campaign=winter-layers&utm_term=merino&gclid=Cj0example', land: 'product', weigh: between(9, 0, 60) },
  { referrer: 'https://l.instagram.com/', query: '?utm_source=instagram&utm_medium=paid&utm_campaign=new-boots&utm_content=story', land: 'product', weigh: between(21, 6, 52) },
  { referrer: 'https://gear-deals.example/', query: '?utm_source=gear-deals&utm_medium=affiliate&utm_campaign=partners', land: 'product', weigh: always(14) },
]

/** Of a day without any campaign. */
const usual = origins.reduce((sum, origin) => sum + origin.weigh({ day: '', ago: 89, weekday: 1 }), 0)
