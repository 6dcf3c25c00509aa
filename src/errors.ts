/**
 * What went wrong because of what the user gave: shown as one line (`message`, then `hint`), exit code 1, never a stack.
 * The kernels have their own typed errors (kernels/runtime/errors.ts), since they import nothing from here.
 */
export class UserError extends Error {
  /** What to do about it, a full sentence; empty when the message says it all. */
  readonly hint: string;

  constructor(message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.hint = hint;
  }
}
