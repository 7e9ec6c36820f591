import { asWord, type Setting } from '../settings.ts'

/** What becomes of hits that no visitor has made. */
export interface RobotSettings {
  /** Crawlers and other robots, by their user agent. @default 'drop' */
  crawlers: 'drop' | 'count'
  /** Browsers that a program drives: tests, screenshots, scrapers. @default 'drop' */
  automation: 'drop' | 'count'
}

export const robotDefaults: RobotSettings = { crawlers: 'drop', automation: 'drop' }

const words = asWord(['drop', 'count'])

export const robotSettings: Record<string, Setting> = {
  'bots.crawlers': { env: ['TREADLIGHT_BOTS_CRAWLERS'], fallback: () => robotDefaults.crawlers, ...words },
  'bots.automation': { env: ['TREADLIGHT_BOTS_AUTOMATION'], fallback: () => robotDefaults.automation, ...words },
}
