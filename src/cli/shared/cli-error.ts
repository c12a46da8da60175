/** Something the person who runs a command can do something about. */
export class CliError extends Error {}
