import { annotation } from './annotation.ts'
import { backup } from './backup.ts'
import type { Command } from './command.ts'
import { compact } from './compact.ts'
import { configCommand } from './config.ts'
import { destinations } from './destinations.ts'
import { doctor } from './doctor.ts'
import { drops } from './drops.ts'
import { erase } from './erase.ts'
import { exclude } from './exclude.ts'
import { exportCommand } from './export.ts'
import { funnel } from './funnel.ts'
import { goal } from './goal.ts'
import { hits } from './hits.ts'
import { importCommand } from './import.ts'
import { imports } from './imports.ts'
import { journeys } from './journeys.ts'
import { migrate } from './migrate.ts'
import { person } from './person.ts'
import { prune } from './prune.ts'
import { restore } from './restore.ts'
import { segment } from './segment.ts'
import { serveCommand } from './serve.ts'
import { share } from './share.ts'
import { site } from './site.ts'
import { token } from './token.ts'
import { user } from './user.ts'
import { visits } from './visits.ts'
import { vitals } from './vitals.ts'

/** All commands of the CLI, in the order in which they are listed. */
export const commands: readonly Command[] = [
  serveCommand,
  exportCommand,
  importCommand,
  compact,
  migrate,
  prune,
  person,
  erase,
  doctor,
  backup,
  restore,
  drops,
  site,
  exclude,
  destinations,
  goal,
  imports,
  segment,
  annotation,
  vitals,
  token,
  user,
  share,
  hits,
  visits,
  funnel,
  journeys,
  configCommand,
]
