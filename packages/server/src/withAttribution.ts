/** Where a visit came from, by hand: '' says from nowhere, undefined leaves what the URL says. */
export interface AttributionOverrides {
  source?: string | undefined
  medium?: string | undefined
  campaign?: string | undefined
}

/** Click ids from which the collector reads a source and a medium (PV12). */
const clickIds = ['gclid', 'fbclid', 'msclkid', 'ttclid', 'twclid']

/** What each is read from. */
const parameters = {
  source: ['utm_source', 'ref', ...clickIds],
  medium: ['utm_medium', ...clickIds],
  campaign: ['utm_campaign'],
} as const

/**
 * The URL that says so. '' takes out whatever the field would be read from, so without a source or a medium there is no click id
 * either, and nothing comes of it for the other field.
 */
export function withAttribution(url: string, overrides: AttributionOverrides): string {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined) as [keyof typeof parameters, string][]
  if (given.length === 0 || !URL.canParse(url)) return url
  const changed = new URL(url)
  for (const [field, value] of given)
    if (value.trim() === '') for (const name of parameters[field]) changed.searchParams.delete(name)
    else changed.searchParams.set(`utm_${field}`, value)
  return changed.href
}
