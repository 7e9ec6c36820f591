export { hitFromRequest, type HitFromRequestOptions, type HitOverrides } from './hitFromRequest.ts'
