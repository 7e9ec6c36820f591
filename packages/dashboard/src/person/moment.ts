const forms: Readonly<Record<'long' | 'short', Intl.DateTimeFormatOptions>> = {
  long: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' },
  short: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** A moment by the site's clock. @param time ISO 8601 */
export function formatMoment(time: string, timezone: string, form: keyof typeof forms): string {
  const key = `${timezone} ${form}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(undefined, { ...forms[form], timeZone: timezone })))
  return format.format(new Date(time))
}
