export type { Destination } from './destination.ts'
export { webhook, type WebhookOptions } from './webhook.ts'
