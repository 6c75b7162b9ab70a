import { Channel, isLoopback, otherAddress } from './channel.ts';
import { CheckFailed, type Finding, listed, quoted } from './finding.ts';
import type { Offer, Protocol, Stage } from './protocol.ts';
import type { Check, Judge, Service } from './service.ts';
import { secure, tryOldTls } from './tls.ts';

/** What differs between services of one protocol. */
export interface Manner {
  /** Who uses it logs in, so it must offer that over TLS. Port 25 need not. */
  readonly login: boolean;
  /** Connections that such servers take for safe without TLS: those within one address of the machine, or all over loopback */
  readonly spares?: 'one address' | 'loopback';
  /** How it is set right, behind a colon */
  readonly remedy: string;
}

const overTls = 'passwords over TLS alone';

/** A service that begins in the clear and goes on over TLS. */
export const startingTls =
  (protocol: Protocol, manner: Manner): Check =>
  async (service, judge) => {
    const place = await placeToJudgeFrom(service, manner);
    const here: Service = { ...service, place };
    const { offer, findings, within } = await lookWithoutTls(here, protocol, manner);
    if (!offer.startTls) {
      const none: Finding = { level: 'wrong', text: 'offers no STARTTLS, so nobody can log in safely' };
      return { findings: [...findings, ...(manner.login ? [none] : [])], summary: 'takes no passwords' };
    }
    const opened = async () => {
      const channel = await Channel.open(place);
      try {
        await protocol.offer(channel, service.party, 'plain');
        const refusal = await protocol.startTls(channel, service.party);
        if (refusal !== undefined) throw new CheckFailed(`refuses STARTTLS: ${quoted(refusal)}`);
        return channel;
      } catch (error) {
        channel.close();
        throw error;
      }
    };
    const inside = await lookWithinTls(here, judge, protocol, manner, 'started', opened);
    const summary = within ? `${overTls}, or within this machine: it listens on loopback alone` : inside.summary;
    return { findings: [...findings, ...inside.findings], summary };
  };

/** A service that speaks TLS from the first byte. */
export const tlsAlone =
  (protocol: Protocol, manner: Manner): Check =>
  (service, judge) =>
    lookWithinTls(service, judge, protocol, manner, 'direct', () => Channel.open(service.place));

/** Some servers ask for no TLS when both ends of a connection have one address; then it is made from another. */
async function placeToJudgeFrom({ place }: Service, { spares }: Manner): Promise<Service['place']> {
  if (spares !== 'one address') return place;
  const channel = await Channel.open(place);
  try {
    return channel.isWithinOneAddress ? { ...place, from: otherAddress(channel.address) } : place;
  } finally {
    channel.close();
  }
}

interface Plain {
  readonly offer: Offer;
  readonly findings: readonly Finding[];
  /** Takes passwords in the clear, but within this machine */
  readonly within: boolean;
}

async function lookWithoutTls(service: Service, protocol: Protocol, manner: Manner): Promise<Plain> {
  const channel = await Channel.open(service.place);
  try {
    const offer = await protocol.offer(channel, service.party, 'plain');
    const { passwords, proofs } = offer;
    const offered = passwords.length === 0 ? [] : [`${listed(passwords)} ${passwords.length === 1 ? 'is' : 'are'} offered before STARTTLS`];
    const taken = [...offered, ...(await tryPassword(channel, service, protocol))];
    const heard: Finding[] =
      proofs.length === 0
        ? []
        : [{ level: 'warning', text: `offers ${listed(proofs)} before STARTTLS: who listens can try passwords against what is said` }];
    if (taken.length === 0) return { offer, findings: heard, within: false };
    const spared = manner.spares === 'loopback' ? isLoopback(channel.address) : manner.spares !== undefined && channel.isWithinOneAddress;
    if (spared && service.loopbackOnly) return { offer, findings: [], within: true };
    const text = `takes passwords without TLS (${taken.join('; ')}): ${manner.remedy}`;
    return { offer, findings: [spared ? cannotJudge : { level: 'wrong', text }, ...heard], within: false };
  } finally {
    channel.close();
  }
}

const cannotJudge: Finding = {
  level: 'unknown',
  text: 'takes passwords without TLS from its own machine, and from there nobody can tell what others may: run mos check --services on another machine',
};

/** @returns what shows that a password was looked at, if something does */
async function tryPassword(channel: Channel, { party }: Service, protocol: Protocol): Promise<string[]> {
  try {
    const answer = await protocol.tryPassword(channel, party);
    return answer === undefined ? [] : [`a made-up password was looked at: ${quoted(answer)}`];
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    if (error.code === 'closed') return []; // the shortest refusal
    if (error.code === 'silent') return ['a made-up password is not refused at once'];
    throw error;
  }
}

async function lookWithinTls(
  { party }: Service,
  judge: Judge,
  protocol: Protocol,
  { login }: Manner,
  stage: Stage,
  opened: () => Promise<Channel>,
): Promise<{ readonly findings: readonly Finding[]; readonly summary: string }> {
  const channel = await opened();
  try {
    const tls = await secure(channel, party.name, judge);
    const { passwords } = await protocol.offer(channel, party, stage);
    const takesPasswords = passwords.length > 0;
    const missing: Finding[] =
      login && !takesPasswords ? [{ level: 'wrong', text: 'takes no password even over TLS, so nobody can log in' }] : [];
    const all = [...tls, ...(await tryOldTls(opened, party.name)), ...missing];
    // between mail servers a bad certificate is still better than none
    const findings = login || takesPasswords ? all : all.map((each): Finding => ({ ...each, level: 'warning' }));
    return { findings, summary: takesPasswords ? overTls : 'takes no passwords' };
  } finally {
    channel.close();
  }
}
