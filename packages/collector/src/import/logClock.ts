const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const written = /^(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/

/**
 * Reads times such as `10/Oct/2026:13:55:36 +0200`: ms since 1970, NaN for what is none. Lines of a second come together, so
 * the last is remembered.
 */
export function createLogClock(): (text: string) => number {
  let last = ''
  let time = NaN
  return (text) => {
    if (text === last) return time
    last = text
    return (time = read(text))
  }
}

function read(text: string): number {
  const [, day, month, year, hour, minute, second, sign, hours, minutes] = written.exec(text) ?? []
  const at = months.indexOf(month ?? '')
  if (at === -1) return NaN
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  return Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second)) - offset
}
