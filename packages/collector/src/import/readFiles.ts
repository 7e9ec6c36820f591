import type { ImportFile, ImportFormat, ImportInput, ImportPiece, ImportPosition, ImportRow } from './importFormat.ts'

/**
 * Reads the files of an input one after the other, those that the format takes for its own, from where an import is to go on.
 * What most formats are: how a file is read, and what its pieces are.
 */
export async function* readFiles<Piece extends { offset: number; line: number }>(
  { files, from }: ImportInput,
  { detects }: Pick<ImportFormat, 'detects'>,
  read: (file: ImportFile, from: Pick<ImportPosition, 'offset' | 'line'>) => AsyncIterable<Piece>,
  rowsOf: (piece: Piece, file: number) => ImportRow[],
): AsyncGenerator<ImportPiece> {
  for (const [index, file] of files.entries()) {
    if (index < (from?.file ?? 0) || (files.length > 1 && !detects(file))) continue
    const start = index === from?.file ? from : { offset: 0, line: 0 }
    for await (const piece of read(file, start)) {
      const rows = rowsOf(piece, index)
      if (index > 0) for (const row of rows) row.file = index
      yield { rows, next: { file: index, offset: piece.offset, line: piece.line } }
    }
  }
}
