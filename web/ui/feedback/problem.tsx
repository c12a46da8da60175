import { NoAnswer, SwitchboardProblem, UnexpectedAnswer } from '@switchboard/client/rest';
import { CopyButton } from '../actions/copy-button.js';
import styles from './feedback.module.css';
import { Notice } from './notice.js';

/** What happened and what to do, with the id to quote to the operator. */
export function ProblemNotice({ error }: { error: Error }) {
  const requestId = error instanceof SwitchboardProblem ? error.requestId : undefined;
  return (
    <Notice tone="bad" alert>
      {sentencesFor(error)}
      {requestId !== undefined && (
        <span className={styles['request']}>
          Request <code>{requestId}</code> <CopyButton text={requestId} what="the request id" />
        </span>
      )}
    </Notice>
  );
}

export function fieldErrorsOf(error: Error | null): ReadonlyMap<string, string> {
  const errors = error instanceof SwitchboardProblem ? error.errors : [];
  return new Map(errors.map(({ field, message }) => [field, message]));
}

function sentencesFor(error: Error): string {
  if (error instanceof NoAnswer) return 'The server does not answer. Check the network, then try again.';
  if (error instanceof UnexpectedAnswer) {
    return `Something between here and the server answered ${error.status}. Look into the proxy’s log, or try again.`;
  }
  if (!(error instanceof SwitchboardProblem)) return error.message;
  const fields = error.errors.map(({ field, message }) => ` ${field}: ${message}`).join('');
  return `${error.message}${fields}${ADVICE[error.status] ?? ''}`;
}

const ADVICE: Readonly<Record<number, string>> = {
  403: ' Ask an administrator for the role it needs.',
  404: ' It may have been deleted meanwhile.',
  429: ' Wait a moment, then try again.',
  503: ' Try again in a moment; Nodes shows what is away.',
};
