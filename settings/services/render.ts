import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { domainOf } from '../club.ts';
import { packageFolder } from '../package-root.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { type Place, type Service, services } from './catalog.ts';
import { writtenComment, writtenValue } from './written-value.ts';

/** A file of a service's configuration. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
  /** Holds the password of the service's account, and must not be read by others nor go into version control */
  readonly secret: boolean;
}

export interface RenderOptions {
  /** What is to be otherwise than the defaults */
  readonly set: Readonly<Record<string, string>>;
  /** The service's password; undefined leaves words in its place */
  readonly password?: string | undefined;
}

/** Stands where the password belongs, when it is not known; no password contains it. */
export const passwordPlaceholder = '(THE PASSWORD THAT mos service add HAS PRINTED)';

/** @throws SettingsError when there is no such service */
export function serviceNamed(name: string): Service {
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  if (service === undefined) throw new SettingsError(`there is no service "${name}"; mos config lists them`);
  return service;
}

/**
 * Writes the configuration of a service: its templates with everything that the settings know filled in.
 * @throws SettingsError for a service or a variable that does not exist, and for a value that a file can't hold
 */
export function renderConfig(name: string, settings: Settings, { set, password }: RenderOptions): ConfigFile[] {
  const service = serviceNamed(name);
  const values = variablesOf(name, settings, set);
  const folder = join(packageFolder, 'settings', 'services', name);
  const known: Readonly<Record<string, string>> = { ...values, ...derived(values), password: password ?? passwordPlaceholder };
  const comment = madeBy(name, set);
  return service.files.map(({ name: file, secret }) => ({
    name: file,
    text: fill(readFileSync(join(folder, file), 'utf8'), (each) => {
      if (each === 'made_by') return writtenComment(file, comment);
      const value = known[each];
      return value === undefined || service.variables[each]?.raw ? value : writtenValue(file, each, value);
    }),
    secret: secret === true,
  }));
}

/** Every variable of a service with its value. */
export function variablesOf(name: string, settings: Settings, set: Readonly<Record<string, string>>): Record<string, string> {
  const service = serviceNamed(name);
  const unknown = Object.keys(set).filter((each) => !Object.hasOwn(service.variables, each));
  if (unknown.length > 0)
    throw new SettingsError(`${name} has no variable ${unknown.join(', ')}; mos config ${name} --variables lists what can be set`);
  const place = placeOf(settings, service.account ?? name);
  return Object.fromEntries(
    Object.entries(service.variables).map(([each, variable]) => {
      const value = set[each] ?? variable.default(place);
      if (/\p{Cc}/u.test(variable.raw ? value.replaceAll('\n', '') : value))
        throw new SettingsError(`${each}: a value is one line of text`);
      if (variable.form?.test(value) === false) throw new SettingsError(`${each}: "${value}" can't be; it is the ${variable.help}`);
      return [each, value];
    }),
  );
}

/** What follows from others. */
function derived(values: Readonly<Record<string, string>>): Record<string, string> {
  const { ldap_host: host = '', ldap_port: ldap = '', ldaps_port: ldaps = '', starttls = 'no' } = values;
  const startTls = starttls === 'yes';
  return {
    start_tls: startTls ? 'yes' : 'no',
    ldap_uri: startTls ? `ldap://${host}:${ldap}` : `ldaps://${host}:${ldaps}`,
    // LDAPProvider calls StartTLS tls, and LDAPS ssl
    wiki_enctype: startTls ? 'tls' : 'ssl',
    wiki_port: startTls ? ldap : ldaps,
  };
}

function fill(template: string, textFor: (name: string) => string | undefined): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = textFor(name);
    if (value === undefined) throw new Error(`the template names ${name}, which nothing fills in`);
    return value;
  });
}

/** The words that make a file again, as a shell takes them but for \n and \\; `mos config --check` reads them from the file. */
function madeBy(name: string, set: Readonly<Record<string, string>>): string {
  const quoted = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll("'", "'\\''");
  const words = Object.keys(set)
    .sort()
    .map((each) => ` --set '${each}=${quoted(set[each] ?? '')}'`);
  return `Made by: mos config ${name}${words.join('')}`;
}

/** The --set words in the first lines of a file that mos config made. */
export function setWordsOf(text: string): Record<string, string> {
  const [line = ''] = /Made by: mos config .*/.exec(text) ?? [];
  const signs: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', "'\\''": "'" };
  return Object.fromEntries(
    [...line.matchAll(/ --set '(\w+)=((?:[^'\\]|\\\\|\\n|'\\'')*)'/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\\\|\\n|'\\''/g, (sign) => signs[sign] ?? sign),
    ]),
  );
}

function placeOf(settings: Settings, service: string): Place {
  const at = (kind: 'ldap' | 'ldaps') => settings.ldapListen.find((address) => address.kind === kind);
  const portOf = (kind: 'ldap' | 'ldaps', usual: number) => {
    const address = at(kind);
    return address !== undefined && 'port' in address ? address.port : usual;
  };
  return {
    settings,
    host: hostOf(settings),
    ldapPort: portOf('ldap', 389),
    ldapsPort: portOf('ldaps', 636),
    domain: domainOf(settings),
    service,
  };
}

/** MOS_HOST, or the name that the certificate of our own making has: this machine's, where others can come in at all. */
export function hostOf({ host, ldapListen }: Settings): string {
  if (host !== undefined) return host;
  const open = ldapListen.some((address) => 'host' in address && !/^(127\.|::1$|localhost$)/.test(address.host));
  return open ? hostname() : 'localhost';
}
