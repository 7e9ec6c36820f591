/** The value as something that may be linked to: an http(s) address without credentials, else undefined. */
export function safeHref(value: string): string | undefined {
  if (!/^https?:\/\//i.test(value)) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url && url.username === '' && url.password === '' ? url.href : undefined
}
