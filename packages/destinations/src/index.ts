export { classifyStatus, defineDestination } from './defineDestination.ts'
export type { CommonOptions, Destination, DestinationAnswer, DestinationOptions, DestinationRequest, ForwardedHit, MapContext, Verdict } from './destination.ts'
export { universalAnalytics, type UniversalAnalyticsOptions } from './universalAnalytics/universalAnalytics.ts'
export { webhook, type WebhookOptions } from './webhook.ts'
