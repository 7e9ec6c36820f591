import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useAnswer } from './answer.ts'
import { ApiError, type Goal, type NewGoal } from './api.ts'
import { Dialog } from './dialog.tsx'
import { GoalForm } from './goalForm.tsx'
import { Notice } from './notice.tsx'
import { useScope } from './scope.ts'
import { text } from './text.ts'

interface GoalsDialogProps {
  onClose: () => void
  /** The goals are others now: so are the numbers. */
  onChange: () => void
}

/** What the site wants visitors to do: the list of goals, to add to and to take from. */
export function GoalsDialog({ onClose, onChange }: GoalsDialogProps): VNode {
  const { client, base } = useScope()
  const [changes, setChanges] = useState(0)
  const [problem, setProblem] = useState<string>()
  const { value, error, retry } = useAnswer(base.site_id, changes, (signal) => client.goals(base.site_id, signal))

  async function change(task: Promise<unknown>): Promise<boolean> {
    try {
      await task
      setProblem(undefined)
      setChanges((count) => count + 1)
      onChange()
      return true
    } catch (cause) {
      setProblem((cause as Error).message)
      return false
    }
  }
  const add = (goal: NewGoal) => change(client.addGoal(base.site_id, goal))
  const remove = (goal: Goal) => change(client.removeGoal(base.site_id, goal.name).catch(throwUnlessGone))

  return (
    <Dialog title={text.goals.title} onClose={onClose}>
      {error && <Notice error={error} onRetry={retry} />}
      <p class="quiet">{value?.every_event === false ? text.goals.explain : text.goals.everyEvent}</p>
      <ul class="goals">
        {value?.goals.map((goal) => <GoalItem key={goal.name} goal={goal} onRemove={() => void remove(goal)} />)}
      </ul>
      <GoalForm onAdd={add} />
      {/* In its place from the start, so that it is read out when it comes. */}
      <p class="problem-note" role="alert">
        {problem}
      </p>
    </Dialog>
  )
}

/** A second click, or another window, was faster. */
function throwUnlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error
}

function GoalItem({ goal, onRemove }: { goal: Goal; onRemove: () => void }) {
  const id = useId()
  return (
    <li>
      <span id={id} class="goal-name">
        <bdi>{goal.name}</bdi>{' '}
        <span class="quiet">
          {goal.page === undefined ? text.goals.event : text.goals.page} <bdi>{goal.page ?? goal.event}</bdi>
        </span>
      </span>
      <button type="button" class="link" aria-describedby={id} onClick={onRemove}>
        {text.goals.remove}
      </button>
    </li>
  )
}
