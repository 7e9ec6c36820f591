// What `t.js` is: a tag that needs nothing else. The element is known only while the script first runs.
import { init } from './index.ts'

const tag = document.currentScript as HTMLScriptElement | null

if (tag) init({ endpoint: tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href).href })
else console.error('treadlight: no document.currentScript')
