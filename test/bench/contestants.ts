// The servers that are measured, each loaded with the same people.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { Client } from 'pg';
import { asBuilt, importLdif, ownEnvironment, startMos } from '../support/mos-process.ts';
import type { Cluster } from '../support/run-on-postgres.ts';
import { hasModule, type LdapServer, startSlapd } from '../support/slapd.ts';
import { argonEverywhere, bindable, type Flavour, passwordOf, personDn, suffix, usualPassword, writeLdif } from './people.ts';

/** A server under measurement. */
export interface Contestant {
  readonly name: string;
  readonly server: LdapServer;
  /** Whom the load's connections are bound as: a person, who has the rights that anybody has */
  readonly identity: Identity;
}

export interface Identity {
  readonly dn: string;
  readonly password: string;
}

const identity: Identity = { dn: personDn(0), password: passwordOf(0) };

/** Both kinds of password for the people who bind; made anew in each run, with the cost that MOS itself hashes with. */
export async function makeFlavours(): Promise<{ slapd: Flavour; mos: Flavour }> {
  const indexes = Array.from({ length: bindable }, (_, index) => index);
  const cost = { memoryCost: 19456, timeCost: 2, parallelism: 1 };
  const hashes = await Promise.all(indexes.map((index) => hash(passwordOf(index), cost)));
  const argon = (index: number): string => `{ARGON2}${hashes[index]}`;
  const inBoth = (index: number): boolean => index >= bindable - argonEverywhere && index < bindable;
  return {
    slapd: { memberOf: true, password: (index) => (inBoth(index) && hasModule('argon2') ? argon(index) : usualPassword(index)) },
    mos: { memberOf: false, password: (index) => (index < bindable ? argon(index) : usualPassword(index)) },
  };
}

const readers = ['access to attrs=userPassword by self write by anonymous auth by * none', 'access to * by * read'];
const indexes = ['objectClass eq', 'uid eq', 'mail eq,sub', 'member eq', 'memberOf eq', 'entryUUID eq', 'entryCSN eq'];

/** slapd with its defaults: 16 threads, which share the one core. */
export async function slapdContestant(folder: string, people: number, flavour: Flavour, core: number | undefined): Promise<Contestant> {
  const file = join(folder, `slapd-${people}.ldif`);
  if (!existsSync(file)) writeLdif(file, people, flavour);
  const server = await startSlapd({
    baseDn: suffix,
    ldif: [file],
    overlays: ['memberof'],
    modules: hasModule('argon2') ? ['argon2'] : [],
    database: [...readers, ...indexes.map((line) => `index ${line}`)],
    ...pin(core),
  });
  return { name: 'slapd', server, identity };
}

/** A database of MOS's own with the people in it, and how long the import took. */
export interface Loaded {
  readonly env: Readonly<Record<string, string>>;
  readonly importSeconds: number;
}

/**
 * `mos import` of the people into a new database; without Postgres into the embedded one in a state folder of its own, which one
 * process alone can open.
 */
export async function loadMos(folder: string, people: number, flavour: Flavour, cluster: Cluster | undefined): Promise<Loaded> {
  const file = join(folder, `mos-${people}.ldif`);
  if (!existsSync(file)) writeLdif(file, people, flavour);
  const state = mkdtempSync(join(folder, 'state-'));
  const env: Record<string, string> = cluster === undefined ? { MOS_VAR: state } : { MOS_DATABASE_URL: await newDatabase(cluster) };
  const settings = { ...ownEnvironment(), MOS_VAR: state, MOS_BASE_DN: suffix, MOS_SEED: 'none', MOS_ROOT_PASSWORD: 'secret', ...env };
  return { env, importSeconds: importLdif(asBuilt, file, settings) };
}

async function newDatabase(cluster: Cluster): Promise<string> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: cluster.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return cluster.url.replace(/[^/]*$/, name);
}

/** MOS as built, on people that are loaded. */
export async function mosContestant(
  name: string,
  loaded: Loaded,
  core: number | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<Contestant> {
  const server = await startMos({ baseDn: suffix, program: asBuilt, seconds: 180, env: { ...loaded.env, ...env }, ...pin(core) });
  return { name, server, identity };
}

const pin = (core: number | undefined): { core?: number } => (core === undefined ? {} : { core });
