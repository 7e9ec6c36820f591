/** How far back an event may have happened, ms. */
export const ga4MaxAge: number = 72 * 3_600_000

/** Values that an event's parameters have. `items` alone is a list. */
export type Ga4Value = string | number | boolean

export type Ga4Item = Record<string, Ga4Value>

export interface Ga4Event {
  name: string
  params: Record<string, Ga4Value | Ga4Item[]>
  /** When it happened, where that is not when the request says. */
  timestamp_micros?: number
}

/** What each of Google's two purposes may be: for advertisements to the user, for personalised ones. */
export interface Ga4Consent {
  ad_user_data?: 'GRANTED' | 'DENIED'
  ad_personalization?: 'GRANTED' | 'DENIED'
}

/**
 * A body of the Measurement Protocol of Google Analytics 4: events of one client.
 *
 * @see https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
 */
export interface Ga4Payload {
  client_id: string
  user_id?: string
  timestamp_micros?: number
  user_properties?: Record<string, { value: Ga4Value }>
  consent?: Ga4Consent
  user_location?: Record<string, string>
  ip_override?: string
  user_agent?: string
  device?: Record<string, string>
  /** Only the validation endpoint looks at it. */
  validation_behavior?: 'RELAXED' | 'ENFORCE_RECOMMENDATIONS'
  events: Ga4Event[]
}
