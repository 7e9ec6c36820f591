import type { Random } from './random.ts'
import { choose } from './choose.ts'

/** What kind of page a visitor is on. */
export type PageKind = 'home' | 'shop' | 'product' | 'journal' | 'article' | 'about' | 'contact' | 'cart' | 'checkout' | 'thanks' | 'account' | 'missing'

export interface SeedPage {
  kind: PageKind
  path: string
  title: string
  /** Of a product, in euros. */
  price?: number
}

/** How visitors go on from each kind of page, by weight: what a small shop's funnel looks like. */
const ways: Record<PageKind, Partial<Record<PageKind | 'leave', number>>> = {
  home: { leave: 38, shop: 26, product: 12, journal: 10, article: 8, about: 4, account: 2 },
  shop: { leave: 28, product: 60, home: 6, article: 6 },
  product: { leave: 40, product: 22, cart: 15, shop: 18, article: 5 },
  journal: { leave: 30, article: 62, home: 8 },
  article: { leave: 58, article: 17, product: 12, journal: 7, home: 6 },
  about: { leave: 55, contact: 20, home: 15, shop: 10 },
  contact: { leave: 70, home: 30 },
  cart: { leave: 34, checkout: 46, product: 12, shop: 8 },
  checkout: { leave: 28, thanks: 64, cart: 8 },
  thanks: { leave: 75, home: 15, account: 10 },
  account: { leave: 50, shop: 30, home: 20 },
  missing: { leave: 70, home: 30 },
}

/** Mean stay, in seconds. */
export const stays: Record<PageKind, number> = {
  home: 22,
  shop: 34,
  product: 48,
  journal: 20,
  article: 105,
  about: 40,
  contact: 55,
  cart: 30,
  checkout: 80,
  thanks: 15,
  account: 45,
  missing: 6,
}

const single: Partial<Record<PageKind, readonly [path: string, title: string]>> = {
  home: ['/', 'Larkfield: things for being outside'],
  shop: ['/shop', 'Shop'],
  journal: ['/journal', 'Journal'],
  about: ['/about', 'About us'],
  contact: ['/contact', 'Contact'],
  cart: ['/cart', 'Your cart'],
  checkout: ['/checkout', 'Checkout'],
  thanks: ['/checkout/thanks', 'Thank you'],
  account: ['/account', 'Your account'],
  missing: ['/shop/wool-blanket-old', 'Page not found'],
}

const products: readonly SeedPage[] = [
  product('Trail Pack 28', 129),
  product('Enamel Mug', 16),
  product('Wool Blanket', 89),
  product('Storm Lantern', 54),
  product('Walking Boots', 179),
  product('Field Notebook', 12),
  product('Steel Flask', 34),
  product('Rain Shell', 149),
  product('Folding Stove', 68),
  product('Merino Socks', 19),
]

const articles: readonly SeedPage[] = [
  article('How to Pack for Three Days'),
  article('The Ten-Minute Fire'),
  article('A Walk Along the Coast'),
  article('Care for Your Boots'),
  article('Sleeping Well Outside'),
  article('What We Learned from a Year of Repairs'),
  article('Maps on Paper, Still'),
  article('Coffee in the Rain'),
  article('Five Huts in the Alps'),
  article('Winter Layers, Explained'),
  article('Night Trains to the Mountains'),
  article('Why We Do Not Do Black Friday'),
]

/** Where a visitor goes next; undefined: away. */
export function nextPage(from: SeedPage, random: Random): SeedPage | undefined {
  const choices = Object.entries(ways[from.kind]) as [PageKind | 'leave', number][]
  const [kind] = choose(random, choices, ([, weight]) => weight)
  return kind === 'leave' ? undefined : pageOf(kind, random)
}

/** One page of a kind: the first of a list more often than the later ones. */
export function pageOf(kind: PageKind, random: Random): SeedPage {
  if (kind === 'product') return favour(products, random)
  if (kind === 'article') return favour(articles, random)
  const [path, title] = single[kind]!
  return { kind, path, title: kind === 'home' ? title : `${title} – Larkfield` }
}

/** The one that a link leads to, such as that of a newsletter. */
export function articleAt(index: number): SeedPage {
  return articles[index % articles.length]!
}

function favour(pages: readonly SeedPage[], random: Random): SeedPage {
  return pages[Math.floor(pages.length * random() ** 1.9)]!
}

function product(name: string, price: number): SeedPage {
  return { kind: 'product', path: `/shop/${slugOf(name)}`, title: `${name} – Larkfield`, price }
}

function article(name: string): SeedPage {
  return { kind: 'article', path: `/journal/${slugOf(name)}`, title: `${name} – Larkfield Journal` }
}

function slugOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}
