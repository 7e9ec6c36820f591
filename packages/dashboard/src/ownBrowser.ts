import type { Finding } from './api.ts'
import { text } from './text.ts'

/** Whether script and hits get through in the reader's own browser, where an extension may keep both back. @param base ends in a slash */
export async function checkOwnBrowser(base: string): Promise<Finding[]> {
  const [script, hit] = await Promise.all([canFetch(`${base}t.js`), canFetch(`${base}hit`)])
  const blocked = [...(script ? [] : ['t.js']), ...(hit ? [] : ['hit'])]
  if (blocked.length === 0) return [{ code: 'browser-open', level: 'ok', message: text.check.browserOpen, remedy: '' }]
  return [{ code: 'browser-blocks', level: 'warning', message: text.check.browserBlocks(blocked), remedy: text.check.browserRemedy }]
}

/** Whatever the answer says: extensions leave none. Nothing is counted, since there is no hit in it. */
async function canFetch(url: string): Promise<boolean> {
  return fetch(url, { cache: 'no-store', credentials: 'omit' }).then(
    () => true,
    () => false,
  )
}
