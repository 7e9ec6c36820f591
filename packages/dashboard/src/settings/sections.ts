import type { ComponentType } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { SegmentsSection } from './segmentsSection.tsx'
import { SharesSection } from './sharesSection.tsx'
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
  { id: 'tokens', name: 'API tokens', Body: TokensSection },
  { id: 'segments', name: 'Segments', Body: SegmentsSection },
  { id: 'users', name: 'Users', Body: UsersSection },
  { id: 'shares', name: 'Share links', Body: SharesSection },
]
