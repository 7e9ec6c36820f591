// What `t.js` is: a tag that needs nothing else. The element is known only while the script first runs.
import { createQueue } from './queue.ts'
import { createTracker } from './tracker.ts'
import { pageTransport } from './transport.ts'

const tag = document.currentScript as HTMLScriptElement | null

if (tag) {
  const endpoint = tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href).href
  globalThis.treadlight ??= createTracker(endpoint, pageTransport, createQueue(endpoint))
} else console.error('treadlight: no document.currentScript')
