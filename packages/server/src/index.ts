export { hitFromRequest, type HitFromRequestOptions, type HitOverrides } from './hitFromRequest.ts'
export type { CollectorAddress, DeadLetter, Sender, SenderCounts } from './senders/sender.ts'
export type { Answer, AnswerHead, RequestFacts, TagOptions, Tracking, Visit } from './tracking.ts'
export { trackerTag, type TrackerTagOptions } from './trackerTag.ts'
