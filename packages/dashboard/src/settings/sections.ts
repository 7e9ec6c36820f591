import type { ComponentType } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { ConfigSection } from './configSection.tsx'
import { DestinationsSection } from './destinationsSection.tsx'
import { DropsSection } from './dropsSection.tsx'
import { ExclusionsSection } from './exclusionsSection.tsx'
import { PrivacySection } from './privacySection.tsx'
import { RetentionSection } from './retentionSection.tsx'
import { SegmentsSection } from './segmentsSection.tsx'
import { SharesSection } from './sharesSection.tsx'
import { SitesSection } from './sitesSection.tsx'
import { StorageSection } from './storageSection.tsx'
import { TokensSection } from './tokensSection.tsx'
import { UsersSection } from './usersSection.tsx'

/** A part of the settings, named in `words.ts`. */
interface Section {
  id: string
  name: string
  Body: ComponentType<AdminPageProps>
}

/** In the order of the list beside them; the first one opens. */
export const sections: readonly [Section, ...Section[]] = [
  { id: 'sites', name: 'Sites and hosts', Body: SitesSection },
  { id: 'exclusions', name: 'Exclusions', Body: ExclusionsSection },
  { id: 'drops', name: 'Dropped hits', Body: DropsSection },
  { id: 'retention', name: 'Retention', Body: RetentionSection },
  { id: 'storage', name: 'Storage', Body: StorageSection },
  { id: 'destinations', name: 'Destinations', Body: DestinationsSection },
  { id: 'segments', name: 'Segments', Body: SegmentsSection },
  { id: 'users', name: 'Users', Body: UsersSection },
  { id: 'shares', name: 'Share links', Body: SharesSection },
  { id: 'tokens', name: 'API tokens', Body: TokensSection },
  { id: 'privacy', name: 'Privacy', Body: PrivacySection },
  { id: 'config', name: 'Configuration', Body: ConfigSection },
]
