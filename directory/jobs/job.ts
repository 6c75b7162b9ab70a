import type { OpenDirectory } from '../open.ts';
import type { JobOutput, JobRequest, JobResult } from '../server/jobs.ts';

/** Something that the command does to a directory, in whichever process holds it. */
export type Job = (open: OpenDirectory, request: JobRequest, output: JobOutput) => Promise<JobResult>;

/** A word of the request; missing ones are empty. */
export function word({ arguments: args }: JobRequest, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : '';
}

export const done = (...lines: readonly string[]): JobResult => ({ ok: true, lines });
export const refused = (...lines: readonly string[]): JobResult => ({ ok: false, lines });
