export { checkHit } from './universalAnalytics/checkHit.ts'
export { defineParameters, type GroupValues, type ParameterGroup, type ParameterValue, type WireParameters } from './universalAnalytics/defineParameters.ts'
export { readHitParsing, type ParsedHit } from './universalAnalytics/hitParsing.ts'
export {
  appParameters,
  contentGroups,
  customDimensions,
  customMetrics,
  ecommerceParameters,
  eventParameters,
  exceptionParameters,
  generalParameters,
  hitParameters,
  itemParameters,
  pageParameters,
  sessionParameters,
  socialParameters,
  timingParameters,
  transactionParameters,
  type AppValues,
  type EventValues,
  type ExceptionValues,
  type GeneralValues,
  type ItemValues,
  type PageValues,
  type SocialValues,
  type TimingValues,
  type TransactionValues,
  type UniversalHitType,
} from './universalAnalytics/parameterGroups.ts'
export {
  impressionListParameters,
  impressionParameters,
  productParameters,
  promotionParameters,
  type ImpressionValues,
  type ProductValues,
} from './universalAnalytics/productParameters.ts'
export { universalAnalytics, type UniversalAnalyticsOptions } from './universalAnalytics/universalAnalytics.ts'
export {
  createUniversalClient,
  type ProductOfTransaction,
  type SendParameters,
  type Transaction,
  type UniversalClient,
  type UniversalClientOptions,
} from './universalAnalytics/universalClient.ts'
export { addQueueTime, encodeParameters, universalRequest, type UniversalRequestOptions } from './universalAnalytics/universalRequest.ts'
export { createUniversalSender, type UniversalResult, type UniversalSenderOptions } from './universalAnalytics/universalSender.ts'
export { universalToGa4, type UniversalToGa4Options } from './ga4/universalToGa4.ts'
export type { Ga4Payload } from './ga4/ga4Payload.ts'
