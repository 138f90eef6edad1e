/** Words on a command line: what is wrong with them is said with the usage (exit 2), `--help` prints it (exit 0); never a stack trace. */

export function withUsage<T extends { readonly help?: boolean }>(usage: string, readWords: () => T): T {
  try {
    const words = readWords();
    if (words.help !== true) return words;
    process.stdout.write(usage);
    return process.exit(0);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (!String(code).startsWith('ERR_PARSE_ARGS_')) throw error;
    process.stderr.write(`${message}\n\n${usage}`);
    return process.exit(2);
  }
}
