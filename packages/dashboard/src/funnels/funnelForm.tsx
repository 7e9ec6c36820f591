import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from '../dialog.tsx'
import { Field } from '../field.tsx'
import { useScope } from '../scope.ts'
import { toApiStep, type Step } from './step.ts'
import { StepField } from './stepField.tsx'
import { words } from './words.ts'

const [fewest, most] = [2, 8]
const blank: Step = { kind: 'page', value: '' }

/** Makes a funnel of a name and some steps. */
export function FunnelForm({ onMade, onClose }: { onMade: () => void; onClose: () => void }): VNode {
  const { client, base } = useScope()
  const [name, setName] = useState('')
  const [steps, setSteps] = useState<readonly Step[]>([blank, blank])
  const [problem, setProblem] = useState<string>()
  const change = (index: number, step: Step) => setSteps(steps.map((each, place) => (place === index ? step : each)))

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    try {
      await client.post('api/funnels', { site_id: base.site_id, name: name.trim(), steps: steps.map(toApiStep) })
      onMade()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <form class="funnel-form" onSubmit={(event) => void submit(event)}>
        <Field label={words.name}>
          <input class="field" autofocus required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </Field>
        <fieldset class="funnel-fields">
          <legend>{words.steps}</legend>
          <ol>
            {steps.map((step, index) => (
              <li key={index}>
                <StepField label={words.stepNamed(index + 1)} kindLabel={words.kindOf(index + 1)} step={step} isRequired onChange={(next) => change(index, next)}>
                  {steps.length > fewest && (
                    <button type="button" class="button" aria-label={words.removeStep(index + 1)} onClick={() => setSteps(steps.filter((_, place) => place !== index))}>
                      ×
                    </button>
                  )}
                </StepField>
              </li>
            ))}
          </ol>
          {steps.length < most && (
            <button type="button" class="link" onClick={() => setSteps([...steps, blank])}>
              {words.addStep}
            </button>
          )}
        </fieldset>
        {/* In its place from the start, so that it is read out when it comes. */}
        <p class="problem-note" role="alert">
          {problem}
        </p>
        <footer class="form-footer">
          <button type="submit" class="button is-primary">
            {words.save}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
