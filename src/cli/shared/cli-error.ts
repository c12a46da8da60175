/** An error that the person who runs the command can fix. */
export class CliError extends Error {}
