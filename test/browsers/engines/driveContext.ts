import type { Browser, Page } from 'playwright-core'
import type { DrivenBrowser, DrivenPage } from './engine.ts'

/** Drives a browser of Playwright's. */
export async function driveContext(browser: Browser): Promise<DrivenBrowser> {
  const context = await browser.newContext()
  return {
    async open(url) {
      const page = await context.newPage()
      await page.goto(url)
      return drivePage(page)
    },
    setOffline: (isOffline) => context.setOffline(isOffline),
    close: () => browser.close(),
  }
}

function drivePage(page: Page): DrivenPage {
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    async crash() {
      // The navigation is what crashes, so it never ends.
      await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})])
    },
    close: () => page.close(),
  }
}
