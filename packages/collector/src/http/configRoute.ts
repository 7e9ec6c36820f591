import type { ShownSettings } from '../showSettings.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /api/config`: every setting in force and where it comes from, as `treadlight config --json` prints it. */
export function addConfigRoute(routes: Routes, settings: ShownSettings): void {
  routes.add('GET', '/api/config', 'owner', () => json({ settings }))
}
