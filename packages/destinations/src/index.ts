export { classifyStatus, defineDestination } from './defineDestination.ts'

