/** The reader's languages; `undefined` is Intl's word for them. */
type Locale = string | undefined

/** Whole up to 9,999, then compact: `12.3K`. */
export function formatNumber(value: number, locale?: Locale): string {
  if (Math.abs(value) < 10_000) return new Intl.NumberFormat(locale).format(value)
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

/** Every digit. */
export function formatExact(value: number, locale?: Locale): string {
  return new Intl.NumberFormat(locale).format(value)
}

/** An amount to the last digit below a thousand, then compact: `€93.20`, `€44.7K`. */
export function formatMoney(value: number, currency: string, locale?: Locale): string {
  const rounded: Intl.NumberFormatOptions = Math.abs(value) < 1000 ? {} : { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }
  return new Intl.NumberFormat(locale, { style: 'currency', currency, ...rounded }).format(value)
}

/** Every digit of an amount. */
export function formatExactMoney(value: number, currency: string, locale?: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value)
}

/** Bytes as people say them: `3.4 MB`. */
export function formatBytes(bytes: number, locale?: Locale): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const format = { style: 'unit', unit: units[step]!, unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, format).format(bytes / 1000 ** step)
}

/** At most two decimals. */
export function formatRatio(value: number, locale?: Locale): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value)
}

/** Takes percent, 0 to 100; one decimal only where there would be nothing left. */
export function formatPercent(value: number, locale?: Locale): string {
  const maximumFractionDigits = value < 0.95 ? 1 : 0
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits }).format(value / 100)
}

/** Takes percent, with one decimal: tells goals apart that few reach. */
export function formatRate(value: number, locale?: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100)
}

/** Takes seconds: `45s`, `1m 24s`, `2h 5m`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return join(Math.floor(whole / 60), 'm', whole % 60, 's')
  return join(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'm')
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`
}

export type Interval = 'time:minute' | 'time:hour' | 'time:day' | 'time:week' | 'time:month'

const axisForms: Readonly<Record<Interval, Intl.DateTimeFormatOptions>> = {
  'time:minute': { hour: 'numeric', minute: '2-digit' },
  'time:hour': { hour: 'numeric' },
  'time:day': { day: 'numeric', month: 'short' },
  'time:week': { day: 'numeric', month: 'short' },
  'time:month': { month: 'short', year: '2-digit' },
}
const minutes: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
}
const fullForms: Readonly<Record<Interval, Intl.DateTimeFormatOptions>> = {
  'time:minute': minutes,
  'time:hour': minutes,
  'time:day': { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  'time:week': { day: 'numeric', month: 'short', year: 'numeric' },
  'time:month': { month: 'long', year: 'numeric' },
}

/** A time label of the API, short enough for an axis. */
export function formatTick(label: string, interval: Interval, locale?: Locale): string {
  return formatLabel(label, axisForms[interval], locale)
}

/** A time label of the API in full. */
export function formatBucket(label: string, interval: Interval, locale?: Locale): string {
  return formatLabel(label, fullForms[interval], locale)
}

/** A moment to the second, by a zone's clock: `21 Nov 2026, 12:00:00`. @param time ISO 8601 @param zone IANA name */
export function formatMoment(time: string, zone: string, locale?: Locale): string {
  const key = `${locale} ${zone}`
  let format = momentFormats.get(key)
  if (!format) momentFormats.set(key, (format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: zone })))
  return format.format(Date.parse(time))
}

const momentFormats = new Map<string, Intl.DateTimeFormat>()

/** `23 Oct – 21 Nov 2026`, from a first and a last day. */
export function formatRange([first, last]: readonly [first: string, last: string], locale?: Locale): string {
  return dateFormat({ dateStyle: 'medium' }, locale).formatRange(labelTime(first), labelTime(last))
}

/** Labels are wall clock of the site's zone: read and written as UTC, they stay what they are. */
function formatLabel(label: string, form: Intl.DateTimeFormatOptions, locale: Locale): string {
  return dateFormat(form, locale).format(labelTime(label))
}

/** Each is made once: the hidden table of a chart has a thousand labels, and making one takes longer than using it. */
function dateFormat(form: Intl.DateTimeFormatOptions, locale: Locale): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(form)}`
  let format = dateFormats.get(key)
  if (!format) dateFormats.set(key, (format = new Intl.DateTimeFormat(locale, { ...form, timeZone: 'UTC' })))
  return format
}

const dateFormats = new Map<string, Intl.DateTimeFormat>()

function labelTime(label: string): number {
  return Date.parse(label.length > 10 ? `${label.replace(' ', 'T')}Z` : label)
}

/** A country's name by its code, `DE`; the code where it stands for none. */
export function namePlace(code: string, locale?: Locale): string {
  return nameByCode(code, 'region', locale)
}

/** A language's name by its tag, `de-AT`; the tag where it stands for none. */
export function nameLanguage(tag: string, locale?: Locale): string {
  return nameByCode(tag, 'language', locale)
}

/** Visitors' text may be anything: Intl throws at what is no code. */
function nameByCode(code: string, type: 'region' | 'language', locale: Locale): string {
  try {
    return new Intl.DisplayNames(locale, { type }).of(code) ?? code
  } catch {
    return code
  }
}
