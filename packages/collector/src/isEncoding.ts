/**
 * Whether a body is compressed. Nothing here inflates: 10 MB may be 10 GB.
 *
 * @param encoding `content-encoding` of a request; '' where there is none
 */
export function isEncoding(encoding: string): boolean {
  return encoding !== '' && encoding.toLowerCase() !== 'identity'
}
