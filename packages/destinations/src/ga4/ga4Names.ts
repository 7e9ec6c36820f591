import { cutText } from '@treadlight/protocol'

/** Events that Google keeps for itself: those of the Measurement Protocol's list, and its prefixes. */
const reservedEvents =
  /^(ad_(activeview|click|exposure|query|reward)|adunit_exposure|app_(clear_data|exception|install|remove|store_refund|store_subscription_(cancel|convert|renew)|update|upgrade)|dynamic_link_(app_open|app_update|first_open)|error|first_open|first_visit|in_app_purchase|notification_(dismiss|foreground|open|receive|send)|os_update|session_start(_with_rollout)?|user_engagement|(firebase|ga|google)_.*)$/
/** Parameters that Google keeps for itself. */
const reservedParameters = /^(engagement_time_msec|gclid|session_(id|number)|(firebase|ga|google)_.*|gtag\..*)$/
const reservedProperties = /^(first_open_time|first_visit_time|last_deep_link_referrer|user_id|first_open_after_install|(firebase|ga|google)_.*)$/

/**
 * An event's name by Google's rules: letters, digits and underscores, a letter first, at most 40.
 *
 * @throws Error for a name that is reserved: Google would throw the event away without a word
 */
export function ga4EventName(name: string): string {
  const written = writeName(name, 40)
  if (reservedEvents.test(written)) throw createGa4Error(`${written} is a reserved event name`)
  return written
}

/** A parameter's name by Google's rules; one that is reserved gets a prefix. */
export function ga4ParameterName(name: string): string {
  return writeName(reservedParameters.test(name) ? `p_${name}` : name, 40)
}

/** A user property's name by Google's rules; one that is reserved gets a prefix. */
export function ga4PropertyName(name: string): string {
  return writeName(reservedProperties.test(name) ? `p_${name}` : name, 24)
}

function writeName(name: string, limit: number): string {
  const written = name.toWellFormed().replace(/[^\p{L}\p{N}_]/gu, '_')
  return cutText(/^\p{L}/u.test(written) ? written : `p${written.startsWith('_') ? '' : '_'}${written}`, limit)
}

export function createGa4Error(message: string): Error {
  return new Error(`[treadlight destinations] GA4: ${message}`)
}
