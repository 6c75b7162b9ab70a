import { connect } from 'node:net';
import { DirectoryError } from '../model/errors.ts';
import { constructed, context, encodeBytes, Reader, TAG } from '../wire/ber.ts';
import { encodeIntermediate, encodeResult } from '../wire/encode.ts';
import { Framer } from '../wire/framer.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import type { JobOutput, JobRequest, JobResult } from './jobs.ts';

/**
 * A job asked for over the socket in the state folder, as an extended operation: the request's value is a sequence of a JSON
 * text and the input's bytes; intermediate responses are `d` with data or `p` with a number; the response's value is JSON.
 */
export async function answerJob(connection: Connection, id: number, value: Buffer | undefined): Promise<void> {
  const { runJob } = connection.server;
  if (!connection.transport.trusted || connection.directory.identity.kind !== 'root' || runJob === undefined || value === undefined) {
    throw new DirectoryError('insufficientAccessRights', 'jobs are for the administrator at the socket in the state folder');
  }
  const sequence = new Reader(value).inside(TAG.sequence);
  const { name, args } = JSON.parse(sequence.octets().toString()) as { name: string; args: JobRequest['arguments'] };
  const input = sequence.octets();
  const output: JobOutput = {
    async data(piece) {
      encodeIntermediate(connection.out, id, { oid: OID.job, value: Buffer.concat([Buffer.from('d'), piece]) });
      connection.flush();
      await connection.writable();
    },
    progress(done) {
      encodeIntermediate(connection.out, id, { oid: OID.job, value: Buffer.from(`p${done}`) });
      connection.flush();
    },
  };
  const result = await runJob({ name, arguments: args, input: once(input) }, output);
  encodeResult(connection.out, id, 'extended', { kind: 'success', oid: OID.job, value: Buffer.from(JSON.stringify(result)) });
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

/**
 * Asks the process behind the socket to run a job.
 * @throws Error when there is nobody, or when it does not do it
 */
export async function askForJob(socketPath: string, request: JobRequest, output: JobOutput): Promise<JobResult> {
  const pieces: Buffer[] = [];
  for await (const piece of request.input) pieces.push(piece);
  const bindExternal = message(1, 0x60, (out) => {
    out.integer(TAG.integer, 3);
    out.text(TAG.octetString, '');
    out.element(constructed(3), () => out.text(TAG.octetString, 'EXTERNAL'));
  });
  const ask = message(2, 0x77, (out) => {
    out.text(context(0), OID.job);
    out.octets(
      context(1),
      encodeBytes((inner) =>
        inner.element(TAG.sequence, () => {
          inner.text(TAG.octetString, JSON.stringify({ name: request.name, args: request.arguments }));
          inner.octets(TAG.octetString, Buffer.concat(pieces));
        }),
      ),
    );
  });
  const socket = connect(socketPath);
  const framer = new Framer(2 ** 31);
  try {
    socket.write(bindExternal);
    socket.write(ask);
    for await (const chunk of socket) {
      framer.push(chunk);
      for (let pdu = framer.next(); pdu !== undefined; pdu = framer.next()) {
        const result = await readAnswer(pdu, output);
        if (result !== undefined) return result;
      }
    }
    throw new Error('the running server closed the connection');
  } finally {
    socket.destroy();
  }
}

function message(id: number, tag: number, write: (out: Parameters<Parameters<typeof encodeBytes>[0]>[0]) => void): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.integer(TAG.integer, id);
      out.element(tag, () => write(out));
    }),
  );
}

async function readAnswer(pdu: Buffer, output: JobOutput): Promise<JobResult | undefined> {
  const envelope = new Reader(pdu).inside(TAG.sequence);
  const id = envelope.integer();
  if (envelope.peek() === 0x79) {
    const intermediate = envelope.inside(0x79);
    intermediate.octets(context(0));
    const value = intermediate.octets(context(1));
    if (value[0] === 0x70) output.progress(Number(value.toString('latin1', 1)));
    else await output.data(Buffer.from(value.subarray(1)));
    return undefined;
  }
  const response = envelope.inside(envelope.peek());
  const code = response.integer(TAG.enumerated);
  response.octets();
  const text = response.octets().toString();
  if (code !== 0) throw new Error(text === '' ? `the running server answered with result code ${code}` : text);
  if (id !== 2) return undefined;
  while (response.peek() !== context(11)) response.octets(response.peek());
  return JSON.parse(response.octets(context(11)).toString()) as JobResult;
}
