import { oncePerRequest } from './oncePerRequest.ts'
import { isCrawler, isRobot, namesDriver } from './robots.ts'
import type { EnrichStep } from './step.ts'

/** Drops what no visitor has made: hits of crawlers, of driven browsers, and of pages that a browser loads ahead. */
export const dropBots: EnrichStep = (hit, context) => {
  const { rules: { bots }, agent, isPixel, decoded } = context
  if (bots.crawlers === 'drop' && (isPixel ? (agent.isRobot ??= isRobot(agent.text)) : (agent.isCrawler ??= isCrawler(agent.text)))) return 'bot'
  if (bots.automation === 'drop' && (decoded.webdriver || (agent.isDriven ??= namesDriver(agent.text)) || hasDriverBrand(context))) return 'automation'
  // Chromium marks all that a prerendered page requests, and there our tracker sends what pages before it have left
  // behind. Its hits have ids, and it makes none before somebody sees the page. A server's hit is of the very request that was marked.
  if ((isPixel || decoded.id === undefined || hit.origin === 'server') && isAhead(context)) return 'prefetch'
  return undefined
}

const hasDriverBrand = oncePerRequest(({ header }) => namesDriver(header('sec-ch-ua')))

/** Whether the browser says that it looks ahead: the standard's header, and what Chrome, Safari and Firefox sent before it. */
const isAhead = oncePerRequest(({ header }) =>
  ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) => /\b(?:prefetch|prerender|preview)\b/i.test(header(name))),
)
