export { ndjsonFile, type NdjsonFileOptions } from './ndjsonFile.ts'
