import { openapi } from '../stats/openapi.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /api/openapi.json`: what the Stats API takes and answers, for programs. Nothing of it is anybody's, so it is open. */
export function addOpenapiRoute(routes: Routes): void {
  routes.add('GET', '/api/openapi.json', 'public', () => json(openapi))
}
