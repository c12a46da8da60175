import { type SubmitEvent, useState } from 'react';
import { Button } from '../../../../ui/actions/button.js';
import { ProblemNotice } from '../../../../ui/feedback/problem.js';
import { CheckField, SelectField, TextAreaField } from '../../../../ui/forms/fields.js';
import { FormValues } from '../../../../ui/forms/form-values.js';
import { type Example } from './contract.js';
import styles from './workbench.module.css';

interface SendFrameProps {
  readonly examples: readonly Example[];
  /** What to start with instead of the first example. */
  readonly first: string | undefined;
  readonly canSend: boolean;
  readonly canAsk: boolean;
  /** @throws Error that says what is wrong with the text */
  readonly onSend: (text: string, asks: boolean) => void;
}

/** A frame to send, starting from one of the contract's examples. */
export function SendFrame({ examples, first, canSend, canAsk, onSend }: SendFrameProps) {
  const [text, setText] = useState(first ?? examples[0]?.text ?? '');
  const [problem, setProblem] = useState<Error>();
  const chosen = examples.findIndex((example) => example.text === text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    try {
      onSend(text, new FormValues(event.currentTarget).checked('acknowledgement'));
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <form className={styles['form']} onSubmit={submit}>
      <SelectField
        name="example"
        label="Example"
        hint={examples[chosen]?.summary}
        options={[
          { value: '-1', label: 'Your own' },
          ...examples.map(({ name, title }, i) => ({
            value: String(i),
            label: title === name ? name : `${name} · ${title}`,
          })),
        ]}
        value={String(chosen)}
        onChange={({ currentTarget }) => {
          setText(examples[Number(currentTarget.value)]?.text ?? '');
        }}
      />
      <TextAreaField
        name="frame"
        label="Frame"
        rows={8}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
        }}
      />
      {canAsk && <CheckField name="acknowledgement" label="Ask for an acknowledgement" />}
      {problem !== undefined && <ProblemNotice error={problem} />}
      <div className={styles['row']}>
        <Button type="submit" disabled={!canSend}>
          Send
        </Button>
        {!canSend && <span className={styles['hint']}>Connect first.</span>}
      </div>
    </form>
  );
}
