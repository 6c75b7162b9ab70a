import { constructed, context, encodeBytes, type Output, TAG } from './ber.ts';
import { readValue } from './controls.ts';
import { refused } from './decode-filter.ts';

/** What a consumer asks for (RFC 4533 §2.2). */
export interface SyncRequest {
  readonly mode: 'refreshOnly' | 'refreshAndPersist';
  /** What it has; undefined for nothing */
  readonly cookie: Buffer | undefined;
  /** Rather begin again than be told to */
  readonly reloadHint: boolean;
}

export function decodeSyncRequest(value: Buffer | undefined): SyncRequest {
  return readValue(value, 'the sync request control', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const mode = sequence.integer(TAG.enumerated);
    const cookie = sequence.peek() === TAG.octetString ? sequence.octets() : undefined;
    const reloadHint = sequence.peek() === TAG.boolean ? sequence.boolean() : false;
    sequence.finishSequence();
    if (mode !== 1 && mode !== 3) throw refused('the mode is refreshOnly or refreshAndPersist');
    return { mode: mode === 1 ? 'refreshOnly' : 'refreshAndPersist', cookie, reloadHint };
  });
}

/** In the order of their numbers. */
const states = ['present', 'add', 'modify', 'delete'] as const;

/**
 * RFC 4533 §2.3
 * @param uuid 16 bytes
 */
export function encodeSyncState(state: (typeof states)[number], uuid: Buffer, cookie?: Buffer): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.integer(TAG.enumerated, states.indexOf(state));
      out.octets(TAG.octetString, uuid);
      if (cookie !== undefined) out.octets(TAG.octetString, cookie);
    }),
  );
}

/**
 * RFC 4533 §2.4
 * @param refreshDeletes entries that were not mentioned are still there (true), or gone (false)
 */
export function encodeSyncDone(cookie: Buffer | undefined, refreshDeletes: boolean): Buffer {
  return encodeBytes((out) => out.element(TAG.sequence, () => writeCookieAnd(out, cookie, refreshDeletes, false)));
}

/** RFC 4533 §2.5: the value of an intermediate response */
export type SyncInfo =
  | { readonly kind: 'newCookie'; readonly cookie: Buffer }
  | { readonly kind: 'refreshDelete' | 'refreshPresent'; readonly cookie?: Buffer; readonly refreshDone: boolean }
  | { readonly kind: 'idSet'; readonly cookie?: Buffer; readonly refreshDeletes: boolean; readonly uuids: readonly Buffer[] };

export function encodeSyncInfo(info: SyncInfo): Buffer {
  return encodeBytes((out) => {
    switch (info.kind) {
      case 'newCookie':
        return out.octets(context(0), info.cookie);
      case 'refreshDelete':
      case 'refreshPresent':
        return out.element(constructed(info.kind === 'refreshDelete' ? 1 : 2), () =>
          writeCookieAnd(out, info.cookie, info.refreshDone, true),
        );
      case 'idSet':
        return out.element(constructed(3), () => {
          writeCookieAnd(out, info.cookie, info.refreshDeletes, false);
          out.element(TAG.set, () => {
            for (const uuid of info.uuids) out.octets(TAG.octetString, uuid);
          });
        });
    }
  });
}

/** What equals its default is left out (RFC 4511 §5.1). */
function writeCookieAnd(out: Output, cookie: Buffer | undefined, flag: boolean, standard: boolean): void {
  if (cookie !== undefined) out.octets(TAG.octetString, cookie);
  if (flag !== standard) out.boolean(TAG.boolean, flag);
}
