/**
 * A text whose bytes are in the order in which JavaScript has the texts themselves, by code units: there all beyond the first 65,536
 * characters come before the last 8,192 of these (their UTF-8 begins with EE and EF), while in UTF-8 they come behind.
 */
export function codeUnitsSql(text: string): string {
  return `replaceAll(replaceAll(${text}, '\\xEE', '\\xF5'), '\\xEF', '\\xF6')`
}
