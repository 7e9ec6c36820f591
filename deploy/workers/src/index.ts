import { createWorker } from 'treadlight/workers'

// Settings are variables in wrangler.jsonc, or an object here: createWorker({ config: { hosts: ['shop.example'] } })
export const { worker, Collector } = createWorker()
export default worker
