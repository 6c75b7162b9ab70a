import { anonymous } from '../core/access.ts';
import { DirectoryError } from '../model/errors.ts';
import { encodeResult } from '../wire/encode.ts';
import type { CompareRequest, Message, Request } from '../wire/messages.ts';
import { bind } from './bind.ts';
import type { Connection } from './connection.ts';
import { extended } from './extended.ts';
import { directoryOf } from './proxied.ts';
import { type RequestControls, readControls } from './request-controls.ts';
import { search } from './search.ts';
import { add, deleteEntry, modify, modifyDn } from './update.ts';
import { realName } from './views.ts';

/** Answers a request: at once, or in a promise when it takes longer. What it throws becomes the request's result. */
export type Handler<R extends Request> = (
  connection: Connection,
  id: number,
  request: R,
  controls: RequestControls,
) => Promise<void> | undefined;

type Op = Exclude<Request['op'], 'abandon' | 'unbind'>;
type RequestOf<O extends Op> = Extract<Request, { readonly op: O }>;

/** Request → handler. Abandon and unbind have no answer; the connection sees to them itself. */
const handlers: { readonly [O in Op]: Handler<RequestOf<O>> } = {
  bind,
  search,
  compare,
  add,
  modify,
  modifyDn,
  delete: deleteEntry,
  extended,
};

/** @returns undefined when the request is answered already */
export function dispatch(connection: Connection, message: Message): Promise<void> | undefined {
  const { request } = message;
  if (request.op === 'abandon' || request.op === 'unbind') return undefined;
  // whatever a bind fails of, its controls too, leaves the connection anonymous (RFC 4513 §4)
  if (request.op === 'bind') connection.become(anonymous);
  return call(request.op, connection, message);
}

function call<O extends Op>(op: O, connection: Connection, message: Message): Promise<void> | undefined {
  // the request's own op chose the handler
  return handlers[op](connection, message.id, message.request as RequestOf<O>, readControls(message));
}

function compare(connection: Connection, id: number, request: CompareRequest, controls: RequestControls): undefined {
  const directory = directoryOf(connection, controls);
  const { assertion, manageDsaIt } = controls;
  const dn = realName(connection, request.dn);
  if (assertion !== undefined && !directory.holds(assertion, directory.find(dn))) {
    throw new DirectoryError('assertionFailed', 'the assertion does not hold for the entry');
  }
  encodeResult(connection.out, id, 'compare', {
    kind: directory.compare({ ...request, dn }, manageDsaIt) ? 'compareTrue' : 'compareFalse',
  });
}
