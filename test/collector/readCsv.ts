/** By the letter of RFC 4180: written after its grammar, not after our writer. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    do {
      const match = /"((?:[^"]|"")*)"|[^",\r\n]*/y
      match.lastIndex = at
      const found = match.exec(text)!
      row.push(found[1]?.replaceAll('""', '"') ?? found[0])
      at = match.lastIndex
    } while (text[at++] === ',')
    if (text.slice(at - 1, at + 1) !== '\r\n') throw new Error(`no end of a row at ${at - 1}`)
    at++
    rows.push(row)
  }
  return rows
}
