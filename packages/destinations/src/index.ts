export { classifyStatus, defineDestination } from './defineDestination.ts'
export type { Destination, DestinationAnswer, DestinationOptions, DestinationRequest, ForwardedHit, MapContext, SharedOptions, Verdict } from './destination.ts'
export { webhook, type WebhookOptions } from './webhook.ts'
