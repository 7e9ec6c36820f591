const units = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** How long ago something was, in the largest unit that there is one of: `3 hours ago`. @param ago ms */
export function relativeTime(ago: number, locale: string | undefined): string {
  const [unit, length] = units.find(([, each]) => Math.abs(ago) >= each) ?? units.at(-1)!
  return formatOf(locale).format(-Math.trunc(ago / length), unit)
}

/** A page may say any language, and WebKit without one says `C`. */
function formatOf(locale: string | undefined): Intl.RelativeTimeFormat {
  try {
    return new Intl.RelativeTimeFormat(locale || undefined)
  } catch {
    return new Intl.RelativeTimeFormat('en')
  }
}
