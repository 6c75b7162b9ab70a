import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isHere, networkOf } from '../../directory/core/network.ts';

const networks: readonly (readonly [address: string, network: string])[] = [
  ['198.51.100.9', '198.51.100.9'],
  ['::ffff:198.51.100.9', '198.51.100.9'],
  ['::FFFF:198.51.100.9', '198.51.100.9'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '::1'],
  ['ldapi', 'ldapi'],
  ['', ''],
];
for (const [address, network] of networks) test(`'${address}' counts as '${network}'`, () => assert.is(networkOf(address), network));

for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.2', 'ldapi', ''])
  test(`'${address}' is this machine`, () => assert.is(isHere(networkOf(address)), true));
for (const address of ['198.51.100.9', '2001:db8::1', '::'])
  test(`'${address}' is not`, () => assert.is(isHere(networkOf(address)), false));

test.run();
