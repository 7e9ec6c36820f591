import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Choice } from './choice.tsx'
import { DaysForm } from './daysForm.tsx'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'

const names = ['none', 'previous_period', 'year_over_year', 'custom'] as const

/** What to hold the numbers against. */
export function ComparePicker({ navigation }: { navigation: Navigation }): VNode | null {
  const { compare, period } = navigation.view
  const [isChoosing, setChoosing] = useState(false)
  const isCustom = isChoosing || typeof compare !== 'string'
  // A key or the back button has chosen meanwhile.
  useEffect(() => setChoosing(false), [String(compare)])
  // Nothing comes before all time.
  if (period === 'all') return null

  function choose(name: (typeof names)[number]): void {
    setChoosing(name === 'custom')
    if (name !== 'custom') navigation.go({ compare: name })
  }

  return (
    <>
      <Choice
        label={text.compare}
        value={isCustom ? 'custom' : compare}
        options={names.map((name) => [name, text.comparisons[name]])}
        onChoose={choose}
      />
      {isCustom && (
        <DaysForm
          days={typeof compare === 'string' ? undefined : compare}
          onChoose={(days) => {
            navigation.go({ compare: days })
            setChoosing(false)
          }}
        />
      )}
    </>
  )
}
