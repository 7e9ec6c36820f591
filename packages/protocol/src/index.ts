export { answerHeader, droppedHeader, dropReasons, type DropReason, type HitAnswer, type Refusal } from './answer.ts'
export { cardPassPrefix, longestCardPass, openCardPass, signCard, type CardClaims, type OpenedCardPass, type SignedCard } from './cardPass.ts'
export { decodeHit, isRefusal, readHits, type DecodedHit, type Envelope } from './decode.ts'
export { clientHeaders, type Client, type Hit, type HitType, type NavigationType, type PropValue, type Revenue } from './hit.ts'
export { createId, idFrom, idTime, isId, withTime } from './id.ts'
export { idMaxAge, maxBatchHits, maxBodyBytes, maxProps, queueMaxAge, skewTolerance, textLimits } from './limits.ts'
export { cleanText, cutText } from './text.ts'
export {
  maxTokenLength,
  minSecretLength,
  openToken,
  signUser,
  verifyUser,
  type OpenedToken,
  type SignedClaims,
  type UserClaims,
  type UserVerdict,
  type VerifyUserOptions,
} from './token.ts'
