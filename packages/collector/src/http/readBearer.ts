/** The token of `Authorization: Bearer …`; undefined where there is none, as behind a proxy with a password of its own. */
export function readBearer(authorization: string): string | undefined {
  return authorization === '' ? undefined : /^Bearer +(\S{1,200})$/i.exec(authorization)?.[1]
}
