// Some answers of each scenario read in full, before anything is measured: a fast wrong answer is no answer.
import { connect } from 'node:net';
import { elementAt, elements, integer, integerOf, sequence } from './ber.ts';
import type { Contestant, Identity } from './contestants.ts';
import { bindOperation, type Question, response } from './questions.ts';

/** Asks each question by itself; throws where an answer's code, DN, attributes or values are not the expected ones. */
export async function verify({ name, server }: Contestant, identity: Identity, questions: readonly Question[]): Promise<void> {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  let buffer: Buffer = Buffer.alloc(0);
  const chunks = socket[Symbol.asyncIterator]();
  const message = async (): Promise<Buffer> => {
    for (;;) {
      const element = elementAt(buffer, 0);
      if (element !== undefined) {
        buffer = buffer.subarray(element.end);
        return element.content;
      }
      const { value, done } = await chunks.next();
      if (done === true) throw new Error(`${name}: connection closed`);
      buffer = Buffer.concat([buffer, value]);
    }
  };
  const ask = async (request: Buffer): Promise<{ dn?: string; values: string[]; code: number }> => {
    socket.write(request);
    const answer: { dn?: string; values: string[]; code: number } = { values: [], code: -1 };
    for (;;) {
      const [, operation] = elements(await message());
      if (operation === undefined) throw new Error(`${name}: empty message`);
      const [first, second] = elements(operation.content);
      if (first === undefined || second === undefined) throw new Error(`${name}: empty response`);
      if (operation.tag !== response.entry) return { ...answer, code: integerOf(first) };
      answer.dn = first.content.toString();
      for (const attribute of elements(second.content)) {
        const [type, values] = elements(attribute.content);
        for (const value of elements(values?.content ?? Buffer.alloc(0))) {
          answer.values.push(`${type?.content.toString().toLowerCase()}: ${value.content}`);
        }
      }
    }
  };
  try {
    const bound = await ask(sequence(integer(1), bindOperation(identity.dn, identity.password)));
    if (bound.code !== 0) throw new Error(`${name}: bind as ${identity.dn}: ${bound.code}`);
    for (const question of questions) {
      if (question.done === response.bind || question.many !== undefined) continue; // it would change who asks; it has no values to be known
      const { dn, values, code } = await ask(question.request);
      const expected = { dn: question.dn?.toString(), values: question.values?.toSorted() ?? [], code: question.code };
      const got = { dn, values: values.sort(), code };
      if (JSON.stringify(got) !== JSON.stringify(expected))
        throw new Error(`${name} answers ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`);
    }
  } finally {
    socket.destroy();
  }
}
