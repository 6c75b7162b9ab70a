/** What a job has to say while it runs. */
export interface JobOutput {
  /** A piece of the result, as for export */
  data(piece: Buffer): void | Promise<void>;
  /** How far it is: records so far, and of how many bytes how many are read, where that is known */
  progress(done: number): void;
}

/** What a job is asked to do: its name, plain arguments, and the bytes that go in. */
export interface JobRequest {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | boolean | undefined>>;
  readonly input: AsyncIterable<Buffer>;
}

/** How it ended: lines for people, and whether all went well. */
export interface JobResult {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/**
 * Runs a job on the directory. The command runs it in its own process; beside a running `mos start` on the embedded database
 * the same job runs there, asked for over the socket in the state folder.
 */
export type RunJob = (request: JobRequest, output: JobOutput) => Promise<JobResult>;
